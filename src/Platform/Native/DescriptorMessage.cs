using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Platform.Native;

/// <summary>Bytes with descriptors beside them (SCM_RIGHTS), over a connected Unix stream socket.</summary>
internal static unsafe class DescriptorMessage
{
    /// <summary>Most descriptors of one message: SCM_MAX_FD.</summary>
    public const int Most = 253;

    private const int SocketLevel = 1, Rights = 1;
    private const int NoSignal = 0x4000, CloseOnExec = 0x40000000, DoNotWait = 0x40, ControlTruncated = 8;

    // CMSG_ALIGN is 8 bytes and the header is 16, so data follow it at once; a length is what is used, the space is rounded up.
    private static readonly int ControlSpace = sizeof(Libc.ControlHeader) + (Most * sizeof(int) + 7) / 8 * 8;

    public static (SafeFileHandle, SafeFileHandle) Pair()
    {
        // SAFETY: two numbers, which socketpair fills.
        int* ends = stackalloc int[2];
        if (Libc.SocketPair(Libc.UnixFamily, Libc.StreamSocket | OpenFlags.CloseOnExec, 0, ends) != 0)
            throw Errno.Failure("make", "a pair of sockets");
        return (new SafeFileHandle(ends[0], true), new SafeFileHandle(ends[1], true));
    }

    /// <summary>Sends some of the bytes, at least one, and all descriptors with the first; how many bytes.</summary>
    public static int Send(SafeHandle socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, Most);

        // SAFETY: the control buffer holds a header and as many numbers as were checked above; buffer and bytes outlive the call.
        byte* control = (byte*)NativeMemory.AlignedAlloc((nuint)ControlSpace, 8);
        try
        {
            fixed (byte* from = bytes)
            {
                var vector = new Libc.IoVector { Base = from, Length = (nuint)bytes.Length };
                var message = new Libc.MessageHeader { Vectors = &vector, VectorCount = 1 };
                if (!descriptors.IsEmpty)
                {
                    nuint length = (nuint)(sizeof(Libc.ControlHeader) + descriptors.Length * sizeof(int));
                    *(Libc.ControlHeader*)control = new() { Length = length, Level = SocketLevel, Type = Rights };
                    descriptors.CopyTo(new Span<int>(control + sizeof(Libc.ControlHeader), descriptors.Length));
                    message.Control = control;
                    message.ControlLength = length;
                }

                while (true)
                {
                    nint sent = Libc.SendMessage(socket, &message, NoSignal);
                    if (sent > 0)
                        return (int)sent;
                    if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                        throw Errno.Failure("send to", "a socket");
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(control);
        }
    }

    /// <summary>
    /// Receives at least one byte, or 0 at the end, and adds the descriptors that came with them, which no child inherits. More
    /// descriptors than fit are an error, and none of them stays open.
    /// </summary>
    public static int Receive(SafeHandle socket, Span<byte> into, List<SafeFileHandle> descriptors) =>
        Receive(socket, into, descriptors, CloseOnExec);

    /// <summary>The same without a wait: -1 when there is nothing yet.</summary>
    public static int ReceiveAtOnce(SafeHandle socket, Span<byte> into, List<SafeFileHandle> descriptors) =>
        Receive(socket, into, descriptors, CloseOnExec | DoNotWait);

    private static int Receive(SafeHandle socket, Span<byte> into, List<SafeFileHandle> descriptors, int flags)
    {
        ArgumentOutOfRangeException.ThrowIfZero(into.Length);

        // SAFETY: the kernel writes at most ControlLength bytes of whole control messages, and at most the span's length.
        byte* control = (byte*)NativeMemory.AlignedAlloc((nuint)ControlSpace, 8);
        try
        {
            fixed (byte* to = into)
            {
                var vector = new Libc.IoVector { Base = to, Length = (nuint)into.Length };
                while (true)
                {
                    var message = new Libc.MessageHeader
                    {
                        Vectors = &vector, VectorCount = 1, Control = control, ControlLength = (nuint)ControlSpace,
                    };
                    nint received = Libc.ReceiveMessage(socket, &message, flags);
                    if (received >= 0)
                    {
                        Take(control, (int)message.ControlLength, descriptors);
                        return (message.Flags & ControlTruncated) == 0
                            ? (int)received : throw new IOException("More descriptors came than can be taken.");
                    }

                    int error = Marshal.GetLastPInvokeError();
                    if (error == Errno.TryAgain && (flags & DoNotWait) != 0)
                        return -1;
                    if (error != Errno.Interrupted)
                        throw Errno.Failure("receive from", "a socket");
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(control);
        }
    }

    private static void Take(byte* control, int length, List<SafeFileHandle> descriptors)
    {
        for (int at = 0; at + sizeof(Libc.ControlHeader) <= length;)
        {
            // SAFETY: a whole header lies below the length; its data are read only as far as they do, too.
            var header = (Libc.ControlHeader*)(control + at);
            int size = (int)header->Length;
            if (size < sizeof(Libc.ControlHeader) || size > length - at)
                return;
            if (header->Level == SocketLevel && header->Type == Rights)
            {
                int count = (size - sizeof(Libc.ControlHeader)) / sizeof(int);
                foreach (int fd in new Span<int>(control + at + sizeof(Libc.ControlHeader), count))
                    descriptors.Add(new SafeFileHandle(fd, true));
            }

            at += (size + 7) / 8 * 8;
        }
    }
}
