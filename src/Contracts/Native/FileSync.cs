using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Contracts.Native;

/// <summary>
/// fsync that reports its errors. The platform's own ways (<c>FileStream.Flush(true)</c>, <c>RandomAccess.FlushToDisk</c>) were
/// seen to return without one although the system call had failed (.NET 10.0.12), and cannot open a folder.
/// </summary>
internal static class FileSync
{
    private const int ReadOnlyFolder = 0x1_0000 | 0x8_0000; // O_RDONLY | O_DIRECTORY | O_CLOEXEC

    /// <summary>Returns when file or folder are durable.</summary>
    /// <exception cref="IOException">They are not, and trying again would not tell.</exception>
    public static void Flush(SafeFileHandle file, string path)
    {
        // SAFETY: the handle is referenced by the marshaller for the call.
        if (fsync(file) != 0)
            throw new IOException($"{path} cannot be made durable: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Returns when the names in a folder are durable.</summary>
    public static void FlushFolder(string folder)
    {
        // SAFETY: the path is a zero-terminated copy; the handle owns the descriptor.
        using var handle = new SafeFileHandle(open(folder, ReadOnlyFolder), ownsHandle: true);
        if (handle.IsInvalid)
            throw new IOException($"The folder {folder} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        Flush(handle, folder);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(SafeFileHandle file);
}
