using System.Runtime.InteropServices;

namespace Lorica.Platform.Native;

/// <summary>
/// The functions of libc that .NET has no door to, each declared once (functions with a variable list of arguments once for each
/// use), as the headers of glibc have them for 64-bit Linux, x86-64 and arm64. A failure is -1 and an error number
/// (<see cref="Errno"/>) unless said otherwise.
/// </summary>
// SAFETY (all parts): signatures of the LP64 ABI, in which off_t, size_t and long are 64 bits wide; with integers and pointers
// as arguments both ABIs pass those of a variadic function as for a plain one. Handles are held open by the marshaller for the
// call, and pointers are used during the call only: whoever passes one has pinned it and says how long it is.
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    /// <summary><c>struct open_how</c>.</summary>
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
    /// <c>struct flock</c>: two shorts, padding, two 64-bit offsets, a pid that must be 0 for locks of a file description.
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

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    /// <summary><c>struct msghdr</c> of glibc: the name's length is padded to a pointer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public void* PeerName;
        public uint PeerNameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary><c>struct cmsghdr</c>; its data follow.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }

    /// <summary><c>struct rlimit</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
