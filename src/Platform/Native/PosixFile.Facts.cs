using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Platform.Native;

/// <summary>What the filesystem says of files, and whose they are.</summary>
public static unsafe partial class PosixFile
{
    // struct statx, statx(2).
    private const int LinksAt = 16, UserAt = 20, GroupAt = 24, ModeAt = 28, InodeAt = 32, BlocksAt = 48;
    private const int TypeMask = 0xf000, RegularType = 0x8000, BlockBytes = 512;

    /// <summary>Gives a file, folder or socket to a user and group; a link is not followed.</summary>
    public static void ChangeOwner(string path, uint user, uint group)
    {
        fixed (byte* p = NativePath.Of(path))
        {
            // SAFETY: zero-terminated and pinned.
            if (Libc.ChangeOwner(p, user, group) != 0)
                throw Errno.Failure("give away", path);
        }
    }

    /// <summary>Makes an open file or folder this process's own again; the group stays.</summary>
    public static void TakeOwner(SafeFileHandle file, string name)
    {
        const uint Unchanged = uint.MaxValue;
        if (Libc.ChangeOwner(file, Libc.EffectiveUser(), Unchanged) != 0)
            throw Errno.Failure("take back", name);
    }

    /// <summary>
    /// Gives a file to the owner of its folder: the administrator writes into the state folder of a service that runs under
    /// another user. Does nothing for who is not root.
    /// </summary>
    public static void GiveToOwnerOf(string folder, string file)
    {
        if (!Environment.IsPrivilegedProcess)
            return;
        byte* facts = stackalloc byte[Libc.StatBytes];
        Look(Libc.CurrentFolder, folder, Libc.NoFollow, facts);
        ChangeOwner(file, *(uint*)(facts + UserAt), *(uint*)(facts + GroupAt));
    }

    /// <summary>From now on new files and folders are closed to others.</summary>
    public static void CloseToOthers() => _ = Libc.Umask(0b000_111_111);

    /// <summary>Bytes of the filesystem and bytes that are free for use.</summary>
    public static (long Capacity, long Free) SpaceOf(string path)
    {
        ulong* result = stackalloc ulong[16];
        fixed (byte* p = NativePath.Of(path))
        {
            // SAFETY: struct statvfs of 64-bit glibc is 112 bytes, 128 are given: [1] f_frsize, [2] f_blocks, [4] f_bavail.
            if (Libc.StatFilesystem(p, result) != 0)
                throw Errno.Failure("ask for the free space of", path);
        }

        return ((long)Math.Min(result[1] * result[2], long.MaxValue), (long)Math.Min(result[1] * result[4], long.MaxValue));
    }

    /// <summary>Whether an open file is a regular one.</summary>
    public static bool IsRegularFile(SafeFileHandle file) => KindOf(file).Regular;

    /// <summary>Whether an open file is a regular one, and how many names it has.</summary>
    public static (bool Regular, uint Links) KindOf(SafeFileHandle file)
    {
        byte* facts = stackalloc byte[Libc.StatBytes];
        byte empty = 0;

        // SAFETY: the empty path is a zero byte on the stack; struct statx is 256 bytes.
        if (Libc.StatX(file, &empty, Libc.EmptyPath, Libc.BasicStats, facts) != 0)
            throw Errno.Failure("look at", "a file");
        return ((*(ushort*)(facts + ModeAt) & TypeMask) == RegularType, *(uint*)(facts + LinksAt));
    }

    /// <summary>Bytes that a file takes on its filesystem; holes take none.</summary>
    public static long AllocatedBytes(SafeFileHandle folder, string name)
    {
        byte* facts = stackalloc byte[Libc.StatBytes];
        Look(folder, name, Libc.NoFollow, facts);
        return *(long*)(facts + BlocksAt) * BlockBytes;
    }

    /// <summary>
    /// The number that a filesystem has for the file of a name (a link itself, not what it leads to); null for none.
    /// </summary>
    public static ulong? InodeOf(SafeFileHandle folder, string name)
    {
        byte* facts = stackalloc byte[Libc.StatBytes];
        return TryLook(folder, name, Libc.NoFollow, facts) ? *(ulong*)(facts + InodeAt)
            : Marshal.GetLastPInvokeError() == Errno.NoEntry ? null
            : throw Errno.Failure("look at", name);
    }

    // SAFETY (both): the caller gives the 256 bytes of struct statx.
    private static void Look(SafeFileHandle folder, string name, int flags, byte* facts)
    {
        if (!TryLook(folder, name, flags, facts))
            throw Errno.Failure("look at", name);
    }

    private static bool TryLook(SafeFileHandle folder, string name, int flags, byte* facts)
    {
        fixed (byte* p = NativePath.Of(name))
        {
            // SAFETY: the name is zero-terminated and pinned.
            return Libc.StatX(folder, p, flags, Libc.BasicStats, facts) == 0;
        }
    }
}
