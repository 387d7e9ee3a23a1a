using System.Text;
using Lorica.Platform.Processes;
using Lorica.Vmx.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Vmx.Qemu;

/// <summary>A running QEMU: started here, or found running (then how it ended and what it printed cannot be known).</summary>
internal sealed class QemuProcess : IDisposable
{
    private const int OutputLimit = 8 * 1024;
    private readonly ProcessHandle _process;
    private readonly StringBuilder _output = new();
    private readonly Task _reading;

    private QemuProcess(ProcessHandle process, SafeFileHandle? output)
    {
        _process = process;
        _reading = output is null ? Task.CompletedTask : OnThreadOfItsOwn(() => Read(output), "qemu output");
        Exited = WaitAsync(child: output is not null);
    }

    public int Pid => _process.Pid;

    /// <summary>
    /// Completes when QEMU has ended, with how: "exit code 1", "signal 11", or empty when it was not started here.
    /// </summary>
    public Task<string> Exited { get; }

    /// <summary>The end of what it printed, one line.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString().ReplaceLineEndings(" ").Trim();
        }
    }

    public static QemuProcess Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        var (pid, output) = ChildProcess.Start(path, arguments, environment);

        // A child that was not waited for keeps its number, so this cannot fail.
        return new QemuProcess(ProcessHandle.Open(pid) ?? throw new VmxException(VmxErrorKind.Start, "QEMU is gone."), output);
    }

    /// <summary>Null when there is no such process any more.</summary>
    public static QemuProcess? Adopt(int pid) => ProcessHandle.Open(pid) is { } process ? new QemuProcess(process, null) : null;

    /// <summary>At once, like pulling the plug.</summary>
    public void Kill() => _process.Signal(Signals.Kill);

    public void Dispose() => _process.Dispose();

    private async Task<string> WaitAsync(bool child)
    {
        string? how = null;
        await OnThreadOfItsOwn(() => how = _process.WaitForExit(child), "qemu exit");

        // The pipe ends with the process; what it said last is part of why it ended.
        await _reading;
        return how ?? "";
    }

    private void Read(SafeFileHandle output)
    {
        using (output)
        {
            byte[] buffer = new byte[1024];
            int n;
            while ((n = Pipe.Read((int)output.DangerousGetHandle(), buffer)) > 0)
            {
                lock (_output)
                {
                    _output.Append(Encoding.UTF8.GetString(buffer, 0, n));
                    if (_output.Length > OutputLimit)
                        _output.Remove(0, _output.Length - OutputLimit);
                }
            }
        }
    }

    private static Task OnThreadOfItsOwn(Action action, string name)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (IOException e)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true, Name = name }.Start();
        return done.Task;
    }
}
