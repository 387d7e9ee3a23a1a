using System.Runtime.InteropServices;
using Lorica.Platform.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Vmx.Native;

/// <summary>
/// Starts a program in a session of its own, so that it outlives this process and gets none of its terminal's signals, with
/// nothing inherited but three descriptors: null as input, one pipe as output and error.
/// </summary>
internal static unsafe class ChildProcess
{
    // glibc: posix_spawn_file_actions_t is 80 bytes, posix_spawnattr_t 336, sigset_t 128; more room does no harm.
    private const int OpaqueBytes = 512;
    private const int SignalSetBytes = 128;
    private const short SetDefaultSignals = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    /// <summary>Process id, and the pipe's reading end.</summary>
    public static (int Pid, SafeFileHandle Output) Start(
        string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        var (reading, writing) = OutputPipe();
        using var output = writing;
        using var nothing = OpenNull();
        using var argv = new CStrings([path, .. arguments]);
        using var envp = new CStrings(environment);

        // SAFETY: both are larger than the types they stand for and live until the end of the method.
        byte* actions = stackalloc byte[OpaqueBytes];
        byte* attributes = stackalloc byte[OpaqueBytes];
        byte* signals = stackalloc byte[SignalSetBytes];
        Check(Libc.InitActions(actions), path);
        Check(Libc.InitAttributes(attributes), path);
        try
        {
            Check(Libc.AddDuplicate(actions, (int)nothing.DangerousGetHandle(), 0), path);
            Check(Libc.AddDuplicate(actions, (int)output.DangerousGetHandle(), 1), path);
            Check(Libc.AddDuplicate(actions, (int)output.DangerousGetHandle(), 2), path);
            Check(Libc.AddCloseFrom(actions, 3), path);

            // Signals that the runtime ignores or blocks are inherited otherwise.
            new Span<byte>(signals, SignalSetBytes).Fill(0xff);
            Check(Libc.SetDefaultSignals(attributes, signals), path);
            new Span<byte>(signals, SignalSetBytes).Clear();
            Check(Libc.SetSignalMask(attributes, signals), path);
            Check(Libc.SetAttributeFlags(attributes, SetSession | SetDefaultSignals | SetSignalMask), path);

            int pid;
            Check(Libc.Spawn(&pid, path, actions, attributes, argv.Pointer, envp.Pointer), path);
            return (pid, reading);
        }
        catch
        {
            reading.Dispose();
            throw;
        }
        finally
        {
            _ = Libc.DestroyActions(actions);
            _ = Libc.DestroyAttributes(attributes);
        }
    }

    private static SafeFileHandle OpenNull()
    {
        // SAFETY: the compiler puts a zero byte behind the text; it is pinned for the call.
        fixed (byte* path = "/dev/null"u8)
            return new SafeFileHandle(Libc.Open(path, OpenFlags.ReadWrite | OpenFlags.CloseOnExec, 0), true);
    }

    // The writing end does not block: should nobody read any more, messages are lost and the child goes on.
    private static (SafeFileHandle Reading, SafeFileHandle Writing) OutputPipe()
    {
        int* ends = stackalloc int[2];

        // SAFETY: room for the two numbers that pipe2 writes.
        if (Libc.Pipe(ends, OpenFlags.CloseOnExec) != 0)
            throw new VmxException(VmxErrorKind.Start, $"pipe2 failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        _ = Libc.DescriptorControl(
            ends[1], Libc.SetStatusFlags, Libc.DescriptorControl(ends[1], Libc.GetStatusFlags, 0) | OpenFlags.NonBlocking);
        return (new SafeFileHandle(ends[0], true), new SafeFileHandle(ends[1], true));
    }

    private static void Check(int error, string path)
    {
        if (error != 0)
            throw new VmxException(VmxErrorKind.Start, $"{path} does not start: {Marshal.GetPInvokeErrorMessage(error)}.");
    }
}
