using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Native;

/// <summary>
/// Checked wrappers around <see cref="Libc"/>; a failure is an <see cref="IOException"/> whose HResult is the errno.
/// </summary>
internal static unsafe class Posix
{
    public const int ReadOnly = 0, WriteOnly = 1, ReadWrite = 2, Create = 0x40, Exclusive = 0x80, Truncate = 0x200;
    public const int ReadOnlyStorage = 30;
    public const int NoEntry = 2, Interrupted = 4, Again = 11, Access = 13, Exists = 17, NotFolder = 20, NoSpace = 28, Loop = 40,
        QuotaExceeded = 122, IsFolder = 21, NotEmpty = 39;

    private const int StatBytes = 256;
    private const uint BasicStats = 0x7ff;
    private const int NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const long OpenAt2Number = 437, PidfdOpenNumber = 434, PidfdSendSignalNumber = 424, PidfdGetFdNumber = 438;
    private const ulong ResolveNoMagicLinks = 0x02, ResolveNoSymlinks = 0x04, ResolveBeneath = 0x08;

    // O_DIRECTORY and O_NOFOLLOW differ between x86 and Arm.
    private static readonly int FolderFlag = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Opens a folder as the root of the names in it; the last part of the path must not be a link.</summary>
    public static SafeFileHandle OpenFolder(string path)
    {
        fixed (byte* p = ToPath(path))
        {
            // SAFETY: zero-terminated (ToPath) and pinned for the call.
            int fd = Libc.Open(p, ReadOnly | FolderFlag | NoFollow | CloseOnExec, 0);
            return fd >= 0 ? new SafeFileHandle(fd, true) : throw Failed("open the folder", path);
        }
    }

    /// <summary>Opens a name below a folder: no link on the way, never outside. New files are 0600.</summary>
    public static SafeFileHandle OpenBelow(SafeFileHandle folder, string name, int flags)
    {
        var how = new Libc.OpenHow
        {
            Flags = (uint)(flags | NoFollow | CloseOnExec | NonBlocking),
            Mode = (flags & Create) != 0 ? 0b110_000_000u : 0,
            Resolve = ResolveBeneath | ResolveNoSymlinks | ResolveNoMagicLinks,
        };
        using var root = new Borrowed(folder);
        fixed (byte* p = ToPath(name))
        {
            // SAFETY: `p` is zero-terminated and pinned, `how` is a local of the size passed, the folder's handle is referenced.
            long fd;
            do
                fd = Libc.OpenAt2(OpenAt2Number, root.Fd, p, &how, (nuint)sizeof(Libc.OpenHow));
            while (fd < 0 && Marshal.GetLastPInvokeError() is Interrupted or Again);
            return fd >= 0 ? new SafeFileHandle((nint)fd, true) : throw Failed("open", name);
        }
    }

    /// <summary>fsync of a file or folder.</summary>
    public static void Sync(SafeFileHandle file, string name)
    {
        using var f = new Borrowed(file);
        if (Libc.Sync(f.Fd) != 0)
            throw Failed("make durable", name);
    }

    /// <summary>
    /// Renames inside one folder; with <paramref name="replace"/> false an existing target is an error (EEXIST).
    /// </summary>
    public static void Rename(SafeFileHandle folder, string from, string to, bool replace)
    {
        using var root = new Borrowed(folder);
        fixed (byte* a = ToPath(from))
        fixed (byte* b = ToPath(to))
        {
            // SAFETY: both names are zero-terminated and pinned.
            if (Libc.RenameAt2(root.Fd, a, root.Fd, b, replace ? 0u : 1u) != 0)
                throw Failed("rename", from);
        }
    }

    /// <summary>Removes a file's name; false when there was none.</summary>
    public static bool Unlink(SafeFileHandle folder, string name, bool isFolder = false)
    {
        const int RemoveFolder = 0x200;
        using var root = new Borrowed(folder);
        fixed (byte* p = ToPath(name))
        {
            // SAFETY: zero-terminated and pinned.
            if (Libc.UnlinkAt(root.Fd, p, isFolder ? RemoveFolder : 0) == 0)
                return true;
        }

        return Marshal.GetLastPInvokeError() == NoEntry ? false : throw Failed("remove", name);
    }

    /// <summary>Takes an exclusive OFD lock on a whole file; false when another open file description holds one.</summary>
    public static bool TryLock(SafeFileHandle file, string name)
    {
        const int OfdSetLock = 37;
        const short WriteLock = 1;
        using var f = new Borrowed(file);
        var request = new Libc.FileLockRequest { Type = WriteLock };

        // SAFETY: `request` is a local of the kernel's layout.
        if (Libc.Lock(f.Fd, OfdSetLock, &request) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is Again or Access ? false : throw Failed("lock", name);
    }

    /// <summary>Whether another open file description holds a lock; asks only.</summary>
    public static bool IsLocked(SafeFileHandle file, string name)
    {
        const int OfdGetLock = 36;
        const short WriteLock = 1, NoLock = 2;
        using var f = new Borrowed(file);
        var request = new Libc.FileLockRequest { Type = WriteLock };

        // SAFETY: `request` is a local of the kernel's layout, into which it answers.
        return Libc.Lock(f.Fd, OfdGetLock, &request) == 0 ? request.Type != NoLock : throw Failed("ask for the lock of", name);
    }

    /// <summary>Renames from one folder into another; an existing target is an error (EEXIST).</summary>
    public static void RenameBetween(SafeFileHandle fromFolder, string from, SafeFileHandle toFolder, string to)
    {
        using var source = new Borrowed(fromFolder);
        using var target = new Borrowed(toFolder);
        fixed (byte* a = ToPath(from))
        fixed (byte* b = ToPath(to))
        {
            // SAFETY: both names are zero-terminated and pinned, both folders referenced.
            if (Libc.RenameAt2(source.Fd, a, target.Fd, b, 1u) != 0)
                throw Failed("move", from);
        }
    }

    /// <summary>Releases a lock of <see cref="TryLock"/> for every copy of the handle.</summary>
    public static void Unlock(SafeFileHandle file)
    {
        const int OfdSetLock = 37;
        const short NoLock = 2;
        using var f = new Borrowed(file);
        var request = new Libc.FileLockRequest { Type = NoLock };

        // SAFETY: `request` is a local of the kernel's layout.
        _ = Libc.Lock(f.Fd, OfdSetLock, &request);
    }

    /// <summary>Sets or clears FD_CLOEXEC.</summary>
    public static void SetInheritable(int fd, bool inheritable)
    {
        const int SetFd = 2;
        if (Libc.SetFlags(fd, SetFd, inheritable ? 0 : 1) != 0)
            throw Failed("pass on", "a file");
    }

    /// <summary>Gives a file, folder or socket to a user and group; a link is not followed.</summary>
    public static void ChangeOwner(string path, uint user, uint group)
    {
        fixed (byte* p = ToPath(path))
        {
            // SAFETY: zero-terminated and pinned.
            if (Libc.ChangeOwner(p, user, group) != 0)
                throw Failed("give away", path);
        }
    }

    /// <summary>Makes an open file or folder this process's own again; the group stays.</summary>
    public static void TakeOwner(SafeFileHandle file, string name)
    {
        const uint Unchanged = uint.MaxValue;
        using var f = new Borrowed(file);
        if (Libc.ChangeOwnerOf(f.Fd, Libc.EffectiveUser(), Unchanged) != 0)
            throw Failed("take back", name);
    }

    /// <summary>Bytes of the filesystem and bytes that are free for use.</summary>
    public static (long Capacity, long Free) SpaceOf(string path)
    {
        ulong* result = stackalloc ulong[16];
        fixed (byte* p = ToPath(path))
        {
            // SAFETY: struct statvfs of 64-bit glibc is 112 bytes, 128 are given: [1] f_frsize, [2] f_blocks, [4] f_bavail.
            if (Libc.StatFilesystem(p, result) != 0)
                throw Failed("ask for the free space of", path);
        }

        return ((long)Math.Min(result[1] * result[2], long.MaxValue), (long)Math.Min(result[1] * result[4], long.MaxValue));
    }

    /// <summary>Whether an open file is a regular one.</summary>
    public static bool IsRegularFile(SafeFileHandle file) => KindOf(file).Regular;

    /// <summary>Whether an open file is a regular one, and how many names it has.</summary>
    public static (bool Regular, uint Links) KindOf(SafeFileHandle file)
    {
        const int EmptyPath = 0x1000, LinksAt = 16, ModeAt = 28, TypeMask = 0xf000, Regular = 0x8000;
        byte* result = stackalloc byte[StatBytes];
        byte empty = 0;
        using var f = new Borrowed(file);

        // SAFETY: the empty path is a zero byte on the stack; struct statx is 256 bytes.
        if (Libc.StatX(f.Fd, &empty, EmptyPath, BasicStats, result) != 0)
            throw Failed("look at", "a file");
        return ((*(ushort*)(result + ModeAt) & TypeMask) == Regular, *(uint*)(result + LinksAt));
    }

    /// <summary>Bytes that a file takes on its filesystem; holes take none.</summary>
    public static long AllocatedBytes(SafeFileHandle folder, string name)
    {
        const int NoLinks = 0x100, BlocksAt = 48, BlockSize = 512;
        byte* result = stackalloc byte[StatBytes];
        using var root = new Borrowed(folder);
        fixed (byte* p = ToPath(name))
        {
            // SAFETY: the name is zero-terminated and pinned; struct statx is 256 bytes.
            if (Libc.StatX(root.Fd, p, NoLinks, BasicStats, result) != 0)
                throw Failed("look at", name);
        }

        return *(long*)(result + BlocksAt) * BlockSize;
    }

    /// <summary>The number that a filesystem has for the file of a name (a link itself, not what it leads to); null for none.
    /// </summary>
    public static ulong? InodeOf(SafeFileHandle folder, string name)
    {
        const int NoLinks = 0x100, InodeAt = 32;
        byte* result = stackalloc byte[StatBytes];
        using var root = new Borrowed(folder);
        fixed (byte* p = ToPath(name))
        {
            // SAFETY: the name is zero-terminated and pinned; struct statx is 256 bytes.
            if (Libc.StatX(root.Fd, p, NoLinks, BasicStats, result) == 0)
                return *(ulong*)(result + InodeAt);
        }

        return Marshal.GetLastPInvokeError() == NoEntry ? null : throw Failed("look at", name);
    }

    /// <summary>
    /// A descriptor that stands for a process and never for another one that got its number; null when it is gone.
    /// </summary>
    public static SafeFileHandle? OpenProcess(int pid)
    {
        var fd = Libc.PidfdOpen(PidfdOpenNumber, pid, 0);
        return fd >= 0 ? new SafeFileHandle((nint)fd, true) : null;
    }

    /// <summary>Sends a signal; false when the process is gone.</summary>
    public static bool Signal(SafeFileHandle process, int signal)
    {
        using var p = new Borrowed(process);
        return Libc.PidfdSendSignal(PidfdSendSignalNumber, p.Fd, signal, null, 0) == 0;
    }

    /// <summary>A duplicate of another process's descriptor (root only); null when that is not possible.</summary>
    public static SafeFileHandle? TakeDescriptor(SafeFileHandle process, int target)
    {
        using var p = new Borrowed(process);
        var fd = Libc.PidfdGetFd(PidfdGetFdNumber, p.Fd, target, 0);
        return fd >= 0 ? new SafeFileHandle((nint)fd, true) : null;
    }

    /// <summary>
    /// A listening Unix socket at a path, which must be free. Unlike .NET's, closing it leaves the path alone: other processes go
    /// on listening.
    /// </summary>
    public static SafeFileHandle ListenAt(string path, int backlog)
    {
        const int Unix = 1, Stream = 1, SocketCloseOnExec = 0x80000, MaximumPath = 107, PathAt = 2;
        var bytes = ToPath(path);
        if (bytes.Length > MaximumPath + 1)
            throw new IOException($"The path {path} is too long for a socket; choose a shorter run folder.");
        byte* address = stackalloc byte[PathAt + MaximumPath + 1];
        *(ushort*)address = Unix;
        bytes.CopyTo(new Span<byte>(address + PathAt, MaximumPath + 1));
        int fd = Libc.Socket(Unix, Stream | SocketCloseOnExec, 0);
        if (fd < 0)
            throw Failed("make a socket for", path);
        var socket = new SafeFileHandle(fd, true);

        // SAFETY: struct sockaddr_un is a 16-bit family and a zero-terminated path, whose length was checked.
        if (Libc.Bind(fd, address, (uint)(PathAt + bytes.Length)) != 0 || Libc.Listen(fd, backlog) != 0)
        {
            var failure = Failed("listen at", path);
            socket.Dispose();
            throw failure;
        }

        return socket;
    }

    /// <summary>Whether this process is root.</summary>
    public static bool IsRoot => Libc.EffectiveUser() == 0;

    /// <summary>From now on new files and folders are closed to others.</summary>
    public static void CloseToOthers() => _ = Libc.SetUmask(0b000_111_111);

    /// <summary>The errno of an exception made here.</summary>
    public static int ErrorOf(IOException e) => e.HResult;

    private static IOException Failed(string what, string name) =>
        new($"Cannot {what} {name}: {Marshal.GetLastPInvokeErrorMessage()}.", Marshal.GetLastPInvokeError());

    private static byte[] ToPath(string path)
    {
        if (path.Length == 0 || path.Contains('\0'))
            throw new IOException("A file name is empty or holds a zero byte.");
        var bytes = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, bytes);
        return bytes;
    }

    /// <summary>Keeps a handle open while its number is used.</summary>
    private readonly ref struct Borrowed
    {
        private readonly SafeFileHandle _handle;

        public Borrowed(SafeFileHandle handle)
        {
            bool added = false;
            handle.DangerousAddRef(ref added);
            _handle = handle;
        }

        public int Fd => (int)_handle.DangerousGetHandle();

        public void Dispose() => _handle.DangerousRelease();
    }
}
