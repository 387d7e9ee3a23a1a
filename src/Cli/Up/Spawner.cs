using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Lorica.Platform.Native;

namespace Lorica.Cli.Up;

/// <summary>
/// Starts processes from one thread that lives as long as this process. Two reasons: a child's "signal me when my parent dies"
/// means the parent's <em>thread</em>, and a pool's thread may end at any time; and a descriptor that one child inherits is
/// inheritable for that one moment only, in which nobody else may start anything.
/// </summary>
internal sealed class Spawner : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Children _children;
    private readonly Thread _thread;

    /// <param name="children">Remembers what was started.</param>
    public Spawner(Children children)
    {
        _children = children;
        _thread = new Thread(Run) { IsBackground = true, Name = "spawner" };
        _thread.Start();
    }

    /// <summary>
    /// Starts <paramref name="program"/> in a session of its own, so that Ctrl-C at this terminal does not reach it, and with
    /// SIGTERM when this process dies. Its output and errors are piped.
    /// </summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="inherit">A descriptor that it inherits by its number.</param>
    public Task<Process> StartAsync(string program, IReadOnlyList<string> arguments, SafeHandle? inherit = null)
    {
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            WorkingDirectory = "/",
        };
        foreach (string argument in (string[])["setpriv", "--pdeathsig", "TERM", program, .. arguments])
            start.ArgumentList.Add(argument);
        // The runtime's own doors for debuggers stay shut in processes that hold keys.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        var done = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() => Start(start, inherit, done));
        return done.Task;
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Start(ProcessStartInfo start, SafeHandle? inherit, TaskCompletionSource<Process> done)
    {
        try
        {
            if (inherit is not null)
                FileDescriptors.SetInheritable(inherit, inheritable: true);
            try
            {
                var process = Process.Start(start)!;
                process.StandardInput.Close();
                _children.Add(process.Id);
                done.SetResult(process);
            }
            finally
            {
                if (inherit is not null)
                    FileDescriptors.SetInheritable(inherit, inheritable: false);
            }
        }
        catch (Exception e)
        {
            done.SetException(e);
        }
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
            work();
    }
}
