using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Platform.Native;

/// <summary>Files and folders.</summary>
internal static unsafe partial class Libc
{
    public const long OpenAt2Number = 437;
    public const ulong ResolveNoMagicLinks = 0x02, ResolveNoSymlinks = 0x04, ResolveBeneath = 0x08;
    public const uint BasicStats = 0x7ff; // STATX_BASIC_STATS
    public const int StatBytes = 256; // struct statx
    public const int EmptyPath = 0x1000, NoFollow = 0x100; // AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW
    public const int RemoveFolder = 0x200; // AT_REMOVEDIR
    public const uint NoReplace = 1; // RENAME_NOREPLACE
    public const int GetOfdLock = 36, SetOfdLock = 37;
    public const short ReadLock = 0, WriteLock = 1, NoLock = 2;
    public const int ReadWriteAccess = 6;

    /// <summary>AT_FDCWD: paths are those of the process.</summary>
    public static readonly SafeFileHandle CurrentFolder = new(-100, ownsHandle: false);

    [LibraryImport(Name, EntryPoint = "open", SetLastError = true)]
    public static partial int Open(byte* path, int flags, uint mode);

    [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
    public static partial long OpenAt2(long number, SafeFileHandle folder, byte* path, OpenHow* how, nuint size);

    [LibraryImport(Name, EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport(Name, EntryPoint = "preadv2", SetLastError = true)]
    public static partial nint ReadVector(SafeFileHandle file, IoVector* vectors, int count, long offset, int flags);

    [LibraryImport(Name, EntryPoint = "pwritev2", SetLastError = true)]
    public static partial nint WriteVector(SafeFileHandle file, IoVector* vectors, int count, long offset, int flags);

    [LibraryImport(Name, EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int DataSync(SafeFileHandle file);

    [LibraryImport(Name, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport(Name, EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport(Name, EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(SafeFileHandle file, long length);

    [LibraryImport(Name, EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(SafeFileHandle file, long offset, int whence);

    [LibraryImport(Name, EntryPoint = "renameat2", SetLastError = true)]
    public static partial int RenameAt2(
        SafeFileHandle oldFolder, byte* oldPath, SafeFileHandle newFolder, byte* newPath, uint flags);

    [LibraryImport(Name, EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(SafeFileHandle folder, byte* path, int flags);

    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true)]
    public static partial int StatX(SafeFileHandle folder, byte* path, int flags, uint mask, byte* result);

    [LibraryImport(Name, EntryPoint = "statvfs", SetLastError = true)]
    public static partial int StatFilesystem(byte* path, ulong* result);

    [LibraryImport(Name, EntryPoint = "fstatvfs", SetLastError = true)]
    public static partial int StatFilesystem(SafeFileHandle file, ulong* result);

    [LibraryImport(Name, EntryPoint = "lchown", SetLastError = true)]
    public static partial int ChangeOwner(byte* path, uint user, uint group);

    [LibraryImport(Name, EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);

    [LibraryImport(Name, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int command, FileLock* request);
}
