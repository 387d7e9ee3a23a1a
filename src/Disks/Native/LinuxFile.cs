using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Lorica.Platform.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Native;

/// <summary>
/// Thin, checked wrappers around <see cref="Libc"/>; every failure becomes a <see cref="DiskException"/> that names the file.
/// </summary>
internal static unsafe partial class LinuxFile
{
    public const int ReadOnly = OpenFlags.ReadOnly;
    public const int ReadWrite = OpenFlags.ReadWrite;
    public const int Create = OpenFlags.Create;
    public const int Exclusive = OpenFlags.Exclusive;
    public const int NonBlocking = OpenFlags.NonBlocking;

    /// <summary>Opens a folder for use as the root of all names in it. The last part of the path must not be a link.</summary>
    public static SafeFileHandle OpenFolder(string path)
    {
        byte[] name = ToPath(path);
        fixed (byte* p = name)
        {
            // SAFETY: `name` ends with a zero byte (ToPath) and is pinned for the call.
            int fd = Libc.Open(p, ReadOnly | OpenFlags.Folder | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
            return fd >= 0 ? new SafeFileHandle(fd, true) : throw LinuxError.ToException("open the folder", path);
        }
    }

    /// <summary>Opens a file by an ordinary path that a person gave: links are followed.</summary>
    public static SafeFileHandle OpenByPath(string path)
    {
        byte[] name = ToPath(path);
        fixed (byte* p = name)
        {
            // SAFETY: as above. O_NONBLOCK: a FIFO must not block the open; the caller refuses what is no regular file.
            int fd = Libc.Open(p, ReadOnly | NonBlocking | OpenFlags.CloseOnExec, 0);
            return fd >= 0 ? new SafeFileHandle(fd, true) : throw LinuxError.ToException("open", path);
        }
    }

    /// <summary>
    /// Another open file description of an open file, for reading and for syncs: the very same file, whatever its name means now.
    /// A sync needs no right to write, and storage that the kernel made read-only after an error must still tell of it.
    /// </summary>
    public static SafeFileHandle OpenAgain(SafeFileHandle file, string? path)
    {
        bool added = false;
        try
        {
            file.DangerousAddRef(ref added);
            fixed (byte* p = ToPath($"/proc/self/fd/{file.DangerousGetHandle()}"))
            {
                // SAFETY: the name is zero-terminated and pinned; the handle is referenced, so its number stays its own.
                int fd = Libc.Open(p, ReadOnly | NonBlocking | OpenFlags.CloseOnExec, 0);
                return fd >= 0 ? new SafeFileHandle(fd, true) : throw LinuxError.ToException("open once more", path);
            }
        }
        finally
        {
            if (added)
                file.DangerousRelease();
        }
    }

    /// <summary>Opens <paramref name="file"/> below <paramref name="folder"/>: no link on the way, never outside.</summary>
    public static SafeFileHandle OpenBelow(SafeFileHandle folder, string file, int flags)
    {
        byte[] name = ToPath(file);
        var how = new Libc.OpenHow
        {
            Flags = (uint)(flags | OpenFlags.NoFollow | OpenFlags.CloseOnExec | NonBlocking),
            Mode = (flags & Create) != 0 ? 0b110_000_000u : 0,
            Resolve = Libc.ResolveBeneath | Libc.ResolveNoSymlinks | Libc.ResolveNoMagicLinks,
        };
        fixed (byte* p = name)
        {
            // SAFETY: `name` is zero-terminated and pinned; `how` is a local of the size passed.
            long fd;
            do
                fd = Libc.OpenAt2(Libc.OpenAt2Number, folder, p, &how, (nuint)sizeof(Libc.OpenHow));
            while (fd < 0 && Marshal.GetLastPInvokeError() is (Errno.Interrupted or Errno.Again));
            return fd >= 0 ? new SafeFileHandle((nint)fd, true) : throw LinuxError.ToException("open", file);
        }
    }

    public static FileStat Stat(SafeFileHandle file, string? path)
    {
        byte empty = 0;
        byte* result = stackalloc byte[Libc.StatBytes];

        // SAFETY: struct statx is 256 bytes; the empty path is a zero byte on the stack.
        if (Libc.StatX(file, &empty, Libc.EmptyPath, Libc.BasicStats, result) != 0)
            throw LinuxError.ToException("stat", path);
        var s = new ReadOnlySpan<byte>(result, Libc.StatBytes);
        int type = BinaryPrimitives.ReadUInt16LittleEndian(s[28..]) & 0xf000;
        return new FileStat(
            type == 0x8000,
            type == 0x4000,
            BinaryPrimitives.ReadUInt32LittleEndian(s[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(s[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(s[48..]) * 512,
            BinaryPrimitives.ReadUInt64LittleEndian(s[32..]),
            ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(s[136..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(s[140..]),
            type == 0x6000);
    }

    public static long AvailableBytes(SafeFileHandle folder, string? path)
    {
        ulong* result = stackalloc ulong[16];

        // SAFETY: struct statvfs of 64-bit glibc is 112 bytes; 128 are given. [1] is f_frsize, [4] is f_bavail.
        if (Libc.StatFilesystem(folder, result) != 0)
            throw LinuxError.ToException("ask for free space of", path);
        return (long)Math.Min(result[1] * result[4], long.MaxValue);
    }

    public static void Rename(SafeFileHandle folder, string from, string to)
    {
        byte[] a = ToPath(from);
        byte[] b = ToPath(to);
        fixed (byte* pa = a)
        fixed (byte* pb = b)
        {
            // SAFETY: both names are zero-terminated and pinned.
            if (Libc.RenameAt2(folder, pa, folder, pb, 0) != 0)
                throw LinuxError.ToException("rename", from);
        }
    }

    /// <summary>Removes a name; false when there was none.</summary>
    public static bool Unlink(SafeFileHandle folder, string file)
    {
        byte[] name = ToPath(file);
        fixed (byte* p = name)
        {
            // SAFETY: zero-terminated and pinned.
            if (Libc.UnlinkAt(folder, p, 0) == 0)
                return true;
        }

        return Marshal.GetLastPInvokeError() == Errno.NoEntry ? false : throw LinuxError.ToException("remove", file);
    }

    private static byte[] ToPath(string path)
    {
        if (path.Length == 0 || path.Contains('\0'))
            throw new DiskException(DiskErrorKind.InvalidArgument, "A file name is empty or holds a zero byte.");
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, bytes);
        return bytes;
    }
}
