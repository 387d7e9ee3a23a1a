using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Testing;

/// <summary>
/// The system calls that filesystems made by tests need; the numbers are the same on x86-64 and arm64. A filesystem is mounted
/// nowhere (<c>fsmount</c>): it is reached through its handle, and ends with it.
/// </summary>
public static unsafe partial class FuseLibc
{
    public const int OpenReadWrite = 2, CloseOnExec = 0x80000;
    private const long FsOpenNumber = 430, FsConfigNumber = 431, FsMountNumber = 432, FsPickNumber = 433;
    private const uint SetFlag = 0, SetString = 1, CreateIt = 6, ReconfigureIt = 7, EmptyPath = 8;

    public static SafeFileHandle NewFilesystem(string type, params (string Key, string Value)[] settings)
    {
        var context = Checked(OpenFilesystem(FsOpenNumber, type, 1), "fsopen " + type);
        Set(context, settings, CreateIt);
        return context;
    }

    public static SafeFileHandle MountOf(SafeFileHandle context) =>
        Checked(Mount(FsMountNumber, (int)context.DangerousGetHandle(), 1, 0), "fsmount");

    public static void Reconfigure(SafeFileHandle mount, params (string Key, string Value)[] settings)
    {
        using var context = Checked(Pick(FsPickNumber, (int)mount.DangerousGetHandle(), "", EmptyPath), "fspick");
        Set(context, settings, ReconfigureIt);
    }

    public static SafeFileHandle Checked(long fd, string what) => fd >= 0
        ? new SafeFileHandle((nint)fd, true)
        : throw new IOException($"Cannot {what} (root and /dev/fuse are needed): {Marshal.GetLastPInvokeErrorMessage()}");

    private static void Set(SafeFileHandle context, (string Key, string Value)[] settings, uint then)
    {
        int fs = (int)context.DangerousGetHandle();
        foreach (var (key, value) in settings)
        {
            Check(value.Length > 0
                ? Configure(FsConfigNumber, fs, SetString, key, value, 0)
                : Configure(FsConfigNumber, fs, SetFlag, key, null, 0), "set " + key);
        }

        Check(Configure(FsConfigNumber, fs, then, null, null, 0), "make the filesystem");
    }

    private static void Check(long result, string what)
    {
        if (result < 0)
            throw new IOException($"Cannot {what}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long OpenFilesystem(long number, string name, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long Configure(long number, int context, uint command, string? key, string? value, int aux);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Mount(long number, int context, uint flags, uint attributes);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long Pick(long number, int folder, string path, uint flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, byte* buffer, nuint length);
}
