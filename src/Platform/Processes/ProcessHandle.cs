using System.Runtime.InteropServices;
using Lorica.Platform.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Platform.Processes;

/// <summary>A process by its pidfd: stays that process whatever happens to the number.</summary>
public sealed class ProcessHandle : IDisposable
{
    private readonly SafeFileHandle _pidfd;

    private ProcessHandle(int pid, SafeFileHandle pidfd)
    {
        Pid = pid;
        _pidfd = pidfd;
    }

    /// <summary>Its number, which is another process's when this one has ended and was waited for.</summary>
    public int Pid { get; }

    /// <summary>The process that has this number now; null when there is none.</summary>
    public static ProcessHandle? Open(int pid)
    {
        long fd = Libc.PidfdOpen(Libc.PidfdOpenNumber, pid, 0);
        return fd < 0 ? null : new ProcessHandle(pid, new SafeFileHandle((nint)fd, true));
    }

    /// <summary>Sends a signal; false when the process has ended.</summary>
    public bool Signal(int signal) => Libc.PidfdSendSignal(Libc.PidfdSendSignalNumber, _pidfd, signal, 0, 0) == 0;

    /// <summary>A duplicate of one of its descriptors (root only); null when that is not possible.</summary>
    public SafeFileHandle? TakeDescriptor(int target)
    {
        long fd = Libc.PidfdGetFd(Libc.PidfdGetFdNumber, _pidfd, target, 0);
        return fd >= 0 ? new SafeFileHandle((nint)fd, true) : null;
    }

    /// <summary>Blocks until the process has ended. For a child: how; it is reaped. For another process: null.</summary>
    public string? WaitForExit(bool child)
    {
        WaitForEnd();
        if (!child)
            return null;
        int status;
        int reaped;
        do
            reaped = Libc.WaitPid(Pid, out status, 0);
        while (reaped < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
        if (reaped != Pid)
            return null;
        int signal = status & 0x7f;
        return signal == 0 ? $"exit code {(status >> 8) & 0xff}" : $"signal {signal}";
    }

    /// <summary>Nobody is told when it ends any more; a wait that has begun goes on.</summary>
    public void Dispose() => _pidfd.Dispose();

    // The descriptor stays open for the whole wait, which an interruption begins anew. Where it is closed already there is
    // nothing to wait by: a child is waited for when it is reaped.
    private void WaitForEnd()
    {
        bool held = false;
        try
        {
            _pidfd.DangerousAddRef(ref held);
            var one = new Libc.PollDescriptor { Fd = (int)_pidfd.DangerousGetHandle(), Events = Libc.PollIn };
            while (Libc.Poll(ref one, 1, -1) <= 0)
            {
            }
        }
        catch (ObjectDisposedException)
        {
        }
        finally
        {
            if (held)
                _pidfd.DangerousRelease();
        }
    }
}
