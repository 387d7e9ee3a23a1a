using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Cli.Native;

/// <summary>The few system calls that .NET does not offer.</summary>
internal static unsafe partial class Posix
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    private const int ReadOnlyFolder = 0x1_0000 | 0x8_0000; // O_RDONLY | O_DIRECTORY | O_CLOEXEC
    private const int SetFdFlags = 2;
    private const int CloseOnExec = 1;
    private const short PollIn = 1;
    private const nint PidFdSendSignal = 424; // of all architectures
    private const nint PidFdOpen = 434;

    /// <summary>A folder, for <see cref="Sync"/>.</summary>
    public static SafeFileHandle OpenFolder(string path)
    {
        var fd = open(path, ReadOnlyFolder);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw Failure($"open {path}");
    }

    /// <summary>Makes a file or folder durable.</summary>
    public static void Sync(SafeFileHandle handle)
    {
        if (fsync(handle) != 0)
            throw Failure("fsync");
    }

    /// <summary>Sends a signal; false when there is no such process any more.</summary>
    public static bool Signal(int pid, int signal)
    {
        // A pid of 0 or below names a group or everybody: never meant here.
        ArgumentOutOfRangeException.ThrowIfLessThan(pid, 2);
        return kill(pid, signal) == 0;
    }

    /// <summary>
    /// A handle of the process that has this id now; it stays of that process when the id passes on. Null when there is none.
    /// </summary>
    public static SafeFileHandle? OpenProcess(int pid)
    {
        var fd = (int)syscall(PidFdOpen, pid, 0, 0, 0);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : null;
    }

    /// <summary>Sends a signal to exactly that process; false when it has ended.</summary>
    public static bool Signal(SafeFileHandle process, int signal)
    {
        var held = false;
        try
        {
            process.DangerousAddRef(ref held);
            return syscall(PidFdSendSignal, process.DangerousGetHandle(), signal, 0, 0) == 0;
        }
        finally
        {
            if (held)
                process.DangerousRelease();
        }
    }

    /// <summary>Whether a process of that id exists (it may be a zombie).</summary>
    public static bool Exists(int pid) => pid > 1 && (kill(pid, 0) == 0 || Marshal.GetLastPInvokeError() == 1 /* EPERM */);

    /// <summary>Lets a child inherit the descriptor, or not.</summary>
    public static void SetInheritable(SafeHandle handle, bool inheritable)
    {
        if (fcntl(handle, SetFdFlags, inheritable ? 0 : CloseOnExec) != 0)
            throw Failure("fcntl");
    }

    /// <summary>Whether the descriptor becomes readable within <paramref name="milliseconds"/>.</summary>
    public static bool WaitReadable(SafeHandle handle, int milliseconds)
    {
        var held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            var set = new PollSet { Fd = (int)handle.DangerousGetHandle(), Events = PollIn };
            // SAFETY: one element, on the stack, alive for the call; the descriptor is held open by the reference above.
            return poll(&set, 1, milliseconds) > 0;
        }
        finally
        {
            if (held)
                handle.DangerousRelease();
        }
    }

    /// <summary>User id of this process.</summary>
    public static uint EffectiveUser => geteuid();

    private static Win32Exception Failure(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new Win32Exception(error, $"{what}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollSet
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    // SAFETY: plain libc calls over integers, handles that the marshaller holds open, and NUL-terminated copies of strings.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeHandle fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollSet* set, nuint count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
