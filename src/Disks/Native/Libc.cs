using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Native;

/// <summary>
/// The system calls that .NET does not offer. 64-bit Linux only: <c>off_t</c> and <c>size_t</c> are 64 bits wide.
/// </summary>
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
    public static partial long OpenAt2(long number, int folder, byte* path, OpenHow* how, nuint size);

    [LibraryImport(Name, EntryPoint = "open", SetLastError = true)]
    public static partial int Open(byte* path, int flags, uint mode);

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

    [LibraryImport(Name, EntryPoint = "renameat", SetLastError = true)]
    public static partial int RenameAt(SafeFileHandle oldFolder, byte* oldPath, SafeFileHandle newFolder, byte* newPath);

    [LibraryImport(Name, EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(SafeFileHandle folder, byte* path, int flags);

    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true)]
    public static partial int StatX(SafeFileHandle folder, byte* path, int flags, uint mask, byte* result);

    [LibraryImport(Name, EntryPoint = "fstatvfs", SetLastError = true)]
    public static partial int StatFilesystem(SafeFileHandle file, ulong* result);

    [LibraryImport(Name, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int command, FileLock* request);

    [LibraryImport(Name, EntryPoint = "nanosleep", SetLastError = true)]
    public static partial int NanoSleep(long* time, long* remaining);

    // Short, never blocks, calls nothing back: asked before every block request.
    [LibraryImport(Name, EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    public static partial int GetTime(int clock, long* time);

    [StructLayout(LayoutKind.Sequential)]
    public struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>
    /// <c>struct flock</c> of 64-bit Linux: two shorts, padding, two 64-bit offsets, a pid that must be 0 for OFD locks.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }
}
