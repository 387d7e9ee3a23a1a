using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Platform.Native;

/// <summary>
/// Checked calls on files and folders that .NET does not offer; a failure is an <see cref="IOException"/> that names the file and
/// whose HResult is the error number (<see cref="Errno"/>).
/// </summary>
public static unsafe partial class PosixFile
{
    /// <summary>Opens a folder as the root of the names in it; the last part of the path must not be a link.</summary>
    public static SafeFileHandle OpenFolder(string path) => OpenFolder(path, OpenFlags.NoFollow);

    /// <summary>Opens a name below a folder: no link on the way, never outside. New files are 0600.</summary>
    public static SafeFileHandle OpenBelow(SafeFileHandle folder, string name, int flags)
    {
        var how = new Libc.OpenHow
        {
            Flags = (uint)(flags | OpenFlags.NoFollow | OpenFlags.CloseOnExec | OpenFlags.NonBlocking),
            Mode = (flags & OpenFlags.Create) != 0 ? 0b110_000_000u : 0,
            Resolve = Libc.ResolveBeneath | Libc.ResolveNoSymlinks | Libc.ResolveNoMagicLinks,
        };
        fixed (byte* p = NativePath.Of(name))
        {
            // SAFETY: `p` is zero-terminated and pinned, `how` is a local of the size passed.
            long fd;
            do
                fd = Libc.OpenAt2(Libc.OpenAt2Number, folder, p, &how, (nuint)sizeof(Libc.OpenHow));
            while (fd < 0 && Marshal.GetLastPInvokeError() is Errno.Interrupted or Errno.Again);
            return fd >= 0 ? new SafeFileHandle((nint)fd, true) : throw Errno.Failure("open", name);
        }
    }

    /// <summary>
    /// fsync of a file or folder, which reports its errors. The platform's own ways (<c>FileStream.Flush(true)</c>,
    /// <c>RandomAccess.FlushToDisk</c>) were seen to return without one although the system call had failed (.NET 10.0.12), and
    /// cannot open a folder. A failure must never be answered by another try: the kernel may have dropped the data.
    /// </summary>
    public static void Sync(SafeFileHandle file, string name)
    {
        if (Libc.Sync(file) != 0)
        {
            throw new IOException(
                $"{name} cannot be made durable: {Marshal.GetLastPInvokeErrorMessage()}.", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>fsync of a folder by its path, in which links are followed.</summary>
    public static void SyncFolder(string path)
    {
        using var folder = OpenFolder(path, 0);
        Sync(folder, path);
    }

    /// <summary>
    /// Renames inside one folder; with <paramref name="replace"/> false an existing target is an error (EEXIST).
    /// </summary>
    public static void Rename(SafeFileHandle folder, string from, string to, bool replace) =>
        Rename("rename", folder, from, folder, to, replace ? 0 : Libc.NoReplace);

    /// <summary>Renames from one folder into another; an existing target is an error (EEXIST).</summary>
    public static void RenameBetween(SafeFileHandle fromFolder, string from, SafeFileHandle toFolder, string to) =>
        Rename("move", fromFolder, from, toFolder, to, Libc.NoReplace);

    /// <summary>Removes a file's name; false when there was none.</summary>
    public static bool Unlink(SafeFileHandle folder, string name, bool isFolder = false)
    {
        fixed (byte* p = NativePath.Of(name))
        {
            // SAFETY: zero-terminated and pinned.
            if (Libc.UnlinkAt(folder, p, isFolder ? Libc.RemoveFolder : 0) == 0)
                return true;
        }

        return Marshal.GetLastPInvokeError() == Errno.NoEntry ? false : throw Errno.Failure("remove", name);
    }

    /// <summary>Takes an exclusive OFD lock on a whole file; false when another open file description holds one.</summary>
    public static bool TryLock(SafeFileHandle file, string name)
    {
        var request = new Libc.FileLock { Type = Libc.WriteLock };

        // SAFETY: `request` is a local of the kernel's layout.
        if (Libc.Lock(file, Libc.SetOfdLock, &request) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is Errno.Again or Errno.AccessDenied ? false : throw Errno.Failure("lock", name);
    }

    /// <summary>Whether another open file description holds a lock; asks only.</summary>
    public static bool IsLocked(SafeFileHandle file, string name)
    {
        var request = new Libc.FileLock { Type = Libc.WriteLock };

        // SAFETY: `request` is a local of the kernel's layout, into which it answers.
        return Libc.Lock(file, Libc.GetOfdLock, &request) == 0
            ? request.Type != Libc.NoLock
            : throw Errno.Failure("ask for the lock of", name);
    }

    /// <summary>Releases a lock of <see cref="TryLock"/> for every copy of the handle.</summary>
    public static void Unlock(SafeFileHandle file)
    {
        var request = new Libc.FileLock { Type = Libc.NoLock };

        // SAFETY: `request` is a local of the kernel's layout.
        _ = Libc.Lock(file, Libc.SetOfdLock, &request);
    }

    private static SafeFileHandle OpenFolder(string path, int flags)
    {
        fixed (byte* p = NativePath.Of(path))
        {
            // SAFETY: zero-terminated and pinned for the call.
            int fd = Libc.Open(p, OpenFlags.ReadOnly | OpenFlags.Folder | OpenFlags.CloseOnExec | flags, 0);
            return fd >= 0 ? new SafeFileHandle(fd, true) : throw Errno.Failure("open the folder", path);
        }
    }

    private static void Rename(
        string what, SafeFileHandle fromFolder, string from, SafeFileHandle toFolder, string to, uint flags)
    {
        fixed (byte* a = NativePath.Of(from))
        fixed (byte* b = NativePath.Of(to))
        {
            // SAFETY: both names are zero-terminated and pinned.
            if (Libc.RenameAt2(fromFolder, a, toFolder, b, flags) != 0)
                throw Errno.Failure(what, from);
        }
    }
}
