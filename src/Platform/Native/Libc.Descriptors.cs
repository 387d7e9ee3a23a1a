using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Platform.Native;

/// <summary>Descriptors, pipes, sockets and terminals.</summary>
internal static unsafe partial class Libc
{
    public const int GetDescriptorFlags = 1, SetDescriptorFlags = 2, GetStatusFlags = 3, SetStatusFlags = 4;
    public const int CloseOnExec = 1; // FD_CLOEXEC
    public const short PollIn = 1, PollHangUp = 0x10;
    public const int UnixFamily = 1, StreamSocket = 1;

    [LibraryImport(Name, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int DescriptorControl(int fd, int command, int argument);

    [LibraryImport(Name, EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* ends, int flags);

    [LibraryImport(Name, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, void* buffer, nuint count);

    [LibraryImport(Name, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(ref PollDescriptor descriptors, nuint count, int milliseconds);

    [LibraryImport(Name, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Name, EntryPoint = "socketpair", SetLastError = true)]
    public static partial int SocketPair(int family, int type, int protocol, int* ends);

    [LibraryImport(Name, EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint SendMessage(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport(Name, EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint ReceiveMessage(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport(Name, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(SafeFileHandle socket, in byte address, uint length);

    [LibraryImport(Name, EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(SafeFileHandle socket, int backlog);

    [LibraryImport(Name, EntryPoint = "tcgetattr", SetLastError = true)]
    public static partial int GetTerminal(int fd, byte* settings);

    [LibraryImport(Name, EntryPoint = "tcsetattr", SetLastError = true)]
    public static partial int SetTerminal(int fd, int when, byte* settings);

    [LibraryImport(Name, EntryPoint = "cfmakeraw")]
    public static partial void MakeRaw(byte* settings);
}
