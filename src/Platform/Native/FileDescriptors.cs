using System.Runtime.InteropServices;

namespace Lorica.Platform.Native;

/// <summary>Checked calls on descriptors, whatever they are of.</summary>
public static class FileDescriptors
{
    /// <summary>Lets children inherit a descriptor, or not (FD_CLOEXEC).</summary>
    public static void SetInheritable(int fd, bool inheritable)
    {
        if (Libc.DescriptorControl(fd, Libc.SetDescriptorFlags, inheritable ? 0 : Libc.CloseOnExec) != 0)
            throw Errno.Failure("pass on", "a file");
    }

    /// <summary>The same for a descriptor that a handle owns.</summary>
    public static void SetInheritable(SafeHandle handle, bool inheritable)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            SetInheritable((int)handle.DangerousGetHandle(), inheritable);
        }
        finally
        {
            if (held)
                handle.DangerousRelease();
        }
    }

    /// <summary>
    /// Whether the descriptor becomes readable, or its other end goes, within <paramref name="milliseconds"/>. A signal does not
    /// end the wait.
    /// </summary>
    /// <exception cref="IOException">It cannot be waited for.</exception>
    public static bool WaitReadable(SafeHandle handle, int milliseconds) =>
        Wait(handle, Libc.PollIn, _ => true, milliseconds);

    /// <summary>
    /// Whether nobody can write to a pipe any more within <paramref name="milliseconds"/>: what is in it then is all there will
    /// be, and reading it does not wait. False for what is no pipe.
    /// </summary>
    /// <exception cref="IOException">It cannot be waited for.</exception>
    public static bool WaitEnd(SafeHandle pipe, int milliseconds) =>
        Wait(pipe, 0, returned => (returned & Libc.PollHangUp) != 0, milliseconds);

    private static bool Wait(SafeHandle handle, short events, Func<short, bool> isIt, int milliseconds)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            var one = new Libc.PollDescriptor { Fd = (int)handle.DangerousGetHandle(), Events = events };

            long start = TimeProvider.System.GetTimestamp();
            while (true)
            {
                // SAFETY: one descriptor, which the reference above holds open.
                int found = Libc.Poll(ref one, 1, Left(start, milliseconds));
                if (found >= 0)
                    return found > 0 && isIt(one.Returned);
                if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                    throw Errno.Failure("wait for", "a descriptor");
            }
        }
        finally
        {
            if (held)
                handle.DangerousRelease();
        }
    }

    private static int Left(long start, int milliseconds) =>
        (int)Math.Max(0, milliseconds - TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
}
