using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Kms.Native;

/// <summary>
/// fsync that reports its errors, of files, and of folders, which the platform's file API cannot open: makes a rename durable.
/// The platform's own ways for files were seen to return without an error although the system call had failed (.NET 10.0.12).
/// </summary>
internal static class FolderSync
{
    private const int ReadOnlyDirectoryCloseOnExec = 0x10000 | 0x80000;

    /// <summary>Returns when the entries of <paramref name="folder"/> are durable.</summary>
    public static void Flush(string folder)
    {
        // SAFETY: the path is a marshalled, zero-terminated copy; the descriptor is ours alone and closed on every path.
        var descriptor = open(folder, ReadOnlyDirectoryCloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"{folder}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }

        var failed = fsync(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = close(descriptor);
        if (failed)
        {
            throw new IOException($"{folder}: fsync: {new Win32Exception(error).Message}");
        }
    }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    /// <summary>Returns when what was written to a file is durable.</summary>
    public static void Flush(FileStream file)
    {
        file.Flush();

        // SAFETY: the handle is referenced by the marshaller for the call.
        if (fsync(file.SafeFileHandle) != 0)
        {
            throw new IOException($"{file.Name}: fsync: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(SafeFileHandle file);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int descriptor);
}
