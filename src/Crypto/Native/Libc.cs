using System.Runtime.InteropServices;

namespace Lorica.Crypto.Native;

/// <summary>The few system calls that key memory needs. Names as in the manual pages, re-cased.</summary>
internal static unsafe partial class Libc
{
    public const int ProtNone = 0, ProtRead = 1, ProtWrite = 2;
    public const int MapShared = 1, MapPrivate = 2, MapFixed = 0x10, MapAnonymous = 0x20, MapNoReserve = 0x4000;
    public const int AdviseDontFork = 10, AdviseDontDump = 16;
    public const int SysMemfdSecret = 447, CloseOnExec = 0x80000;
    public const int SetDumpable = 4, LimitCore = 4;
    public const int Interrupted = 4, TryAgain = 11;
    public const short PollIn = 1, PollOut = 4;

    private const string Library = "libc";

    public static void* MapFailed => (void*)-1;

    // SAFETY (all of this file): signatures of the LP64 Linux ABI (x86-64, arm64); pointers are only used during the call.
    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Map(void* address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport(Library, EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(void* address, nuint length);

    [LibraryImport(Library, EntryPoint = "mlock", SetLastError = true)]
    public static partial int Lock(void* address, nuint length);

    [LibraryImport(Library, EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(void* address, nuint length, int advice);

    // syscall(2) is variadic; with integer arguments both ABIs pass them as for a plain function.
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial long MemfdSecret(long number, ulong flags);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(int fd, long length);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "memmove")]
    public static partial void* Move(void* destination, void* source, nuint length);

    [LibraryImport(Library, EntryPoint = "prctl", SetLastError = true)]
    public static partial int ProcessControl(int option, ulong a, ulong b, ulong c, ulong d);

    [LibraryImport(Library, EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetLimit(int resource, ulong* softAndHard);
}
