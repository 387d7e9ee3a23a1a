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

    /// <summary>Whether the descriptor becomes readable within <paramref name="milliseconds"/>.</summary>
    public static bool WaitReadable(SafeHandle handle, int milliseconds)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            var one = new Libc.PollDescriptor { Fd = (int)handle.DangerousGetHandle(), Events = Libc.PollIn };

            // SAFETY: one descriptor, which the reference above holds open.
            return Libc.Poll(ref one, 1, milliseconds) > 0;
        }
        finally
        {
            if (held)
                handle.DangerousRelease();
        }
    }
}
