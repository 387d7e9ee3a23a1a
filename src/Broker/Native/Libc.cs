using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Broker.Native;

/// <summary>
/// The Linux calls that .NET has no door to: making a folder's entries durable, and giving a file to a folder's owner.
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

    /// <summary>
    /// Makes what was written to a file durable. The platform's own ways were seen to return without an error although the
    /// system call had failed (.NET 10.0.12).
    /// </summary>
    public static void SyncFile(SafeFileHandle file)
    {
        if (FsyncFile(file) != 0)
            throw new IOException($"A file cannot be made durable: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>
    /// Gives a file to the owner of its folder: the administrator writes into the state folder of a service that runs under
    /// another user.
    /// </summary>
    public static unsafe void GiveToOwnerOf(string folder, string file)
    {
        if (!Environment.IsPrivilegedProcess)
            return;

        // struct statx, statx(2): stx_uid at 20, stx_gid at 24 of 256 bytes.
        const int CurrentFolder = -100, UidAndGid = 0x8 | 0x10, NoFollow = 0x100;
        var facts = stackalloc uint[64];
        if (Statx(CurrentFolder, folder, NoFollow, UidAndGid, facts) != 0 || Lchown(file, facts[5], facts[6]) != 0)
            throw new IOException($"{file} cannot be given to the owner of its folder: error {Marshal.GetLastPInvokeError()}.");
    }

    // SAFETY: the buffer has the 256 bytes of struct statx and outlives the call; paths are NUL-terminated copies.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, uint* facts);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Lchown(string path, uint uid, uint gid);

    // SAFETY: plain integers and a NUL-terminated copy of the path; the descriptor is closed by the only caller.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int fd);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FsyncFile(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
