using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Vmx.Native;

/// <summary>A process by its pidfd: stays that process whatever happens to the number.</summary>
internal sealed unsafe class ProcessHandle : IDisposable
{
    private readonly SafeFileHandle _pidfd;

    private ProcessHandle(int pid, SafeFileHandle pidfd)
    {
        Pid = pid;
        _pidfd = pidfd;
    }

    public int Pid { get; }

    /// <summary>Null when there is no such process.</summary>
    public static ProcessHandle? Open(int pid)
    {
        nint fd = Libc.SystemCall(Libc.PidfdOpen, pid, 0, 0, 0);
        return fd < 0 ? null : new ProcessHandle(pid, new SafeFileHandle(fd, true));
    }

    /// <summary>Blocks until the process has ended. For a child: how; it is reaped. For another process: null.</summary>
    public string? WaitForExit(bool child)
    {
        var poll = new Libc.PollDescriptor { Fd = (int)_pidfd.DangerousGetHandle(), Events = Libc.PollIn };

        // SAFETY: one descriptor, on this stack. An interrupted poll is repeated.
        while (Libc.Poll(&poll, 1, -1) <= 0)
        {
        }

        if (!child)
            return null;
        int status;
        int reaped;
        do
        {
            // SAFETY: the kernel writes one int.
            reaped = Libc.WaitPid(Pid, &status, 0);
        }
        while (reaped < 0 && Marshal.GetLastPInvokeError() == 4); // EINTR
        if (reaped != Pid)
            return null;
        int signal = status & 0x7f;
        return signal == 0 ? $"exit code {(status >> 8) & 0xff}" : $"signal {signal}";
    }

    /// <summary>SIGKILL. No effect when it has ended.</summary>
    public void Kill() => _ = Libc.SystemCall(Libc.PidfdSendSignal, _pidfd.DangerousGetHandle(), Libc.Kill, 0, 0);

    public void Dispose() => _pidfd.Dispose();
}
