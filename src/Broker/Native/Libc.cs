using System.Runtime.InteropServices;

namespace Lorica.Broker.Native;

/// <summary>
/// The two Linux calls that .NET has no door to: making a folder's entries durable, and reading a socket's owner.
/// </summary>
internal static partial class Libc
{
    private const int OpenDirectory = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC, read-only

    /// <summary>Makes renames and new names in <paramref name="folder"/> durable.</summary>
    public static void SyncFolder(string folder)
    {
        var fd = Open(folder, OpenDirectory);
        if (fd < 0)
            throw new IOException($"The folder {folder} cannot be opened: error {Marshal.GetLastPInvokeError()}.");
        try
        {
            if (Fsync(fd) != 0)
                throw new IOException($"The folder {folder} cannot be made durable: error {Marshal.GetLastPInvokeError()}.");
        }
        finally
        {
            _ = Close(fd);
        }
    }

    // SAFETY: plain integers and a NUL-terminated copy of the path; the descriptor is closed by the only caller.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int fd);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
