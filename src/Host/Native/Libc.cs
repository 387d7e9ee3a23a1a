using System.Runtime.InteropServices;

namespace Lorica.Host.Native;

/// <summary>The system calls that .NET does not offer. 64-bit Linux only.</summary>
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
    public static partial long OpenAt2(long number, int folder, byte* path, OpenHow* how, nuint size);

    [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
    public static partial long PidfdOpen(long number, int pid, uint flags);

    [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
    public static partial long PidfdSendSignal(long number, int pidfd, int signal, void* info, uint flags);

    [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
    public static partial long PidfdGetFd(long number, int pidfd, int target, uint flags);

    [LibraryImport(Name, EntryPoint = "open", SetLastError = true)]
    public static partial int Open(byte* path, int flags, uint mode);

    [LibraryImport(Name, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int fd);

    [LibraryImport(Name, EntryPoint = "renameat2", SetLastError = true)]
    public static partial int RenameAt2(int oldFolder, byte* oldPath, int newFolder, byte* newPath, uint flags);

    [LibraryImport(Name, EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(int folder, byte* path, int flags);

    [LibraryImport(Name, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Lock(int fd, int command, FileLockRequest* request);

    [LibraryImport(Name, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int SetFlags(int fd, int command, nint flags);

    [LibraryImport(Name, EntryPoint = "lchown", SetLastError = true)]
    public static partial int ChangeOwner(byte* path, uint user, uint group);

    [LibraryImport(Name, EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwnerOf(int fd, uint user, uint group);

    [LibraryImport(Name, EntryPoint = "umask")]
    public static partial uint SetUmask(uint mask);

    [LibraryImport(Name, EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport(Name, EntryPoint = "statvfs", SetLastError = true)]
    public static partial int StatFilesystem(byte* path, ulong* result);

    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true)]
    public static partial int StatX(int folder, byte* path, int flags, uint mask, byte* result);

    [LibraryImport(Name, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Name, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int fd, byte* address, uint length);

    [LibraryImport(Name, EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(int fd, int backlog);

    [StructLayout(LayoutKind.Sequential)]
    public struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary><c>struct flock</c> of 64-bit Linux; the pid must be 0 for OFD locks.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FileLockRequest
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }
}
