using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Lorica.Platform.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Platform.Sockets;

/// <summary>
/// One end of a pair of Unix sockets over which two processes send each other frames (u32 little-endian length, message) and,
/// with them, open descriptors. Blocks; one reader and one writer at a time. Every failure is an <see cref="IOException"/>.
/// </summary>
/// <param name="socket">A connected stream socket that blocks; disposed with this object.</param>
public sealed class DescriptorSocket(SafeFileHandle socket) : IDisposable
{
    /// <summary>Most descriptors that go with one frame.</summary>
    public const int MaximumDescriptors = DescriptorMessage.Most;

    private const int Prefix = 4;

    /// <summary>The socket itself, to be passed to another process.</summary>
    public SafeFileHandle Handle => socket;

    /// <summary>Two ends of one connection; no child inherits them.</summary>
    public static (DescriptorSocket, DescriptorSocket) Pair()
    {
        var (one, other) = DescriptorMessage.Pair();
        return (new DescriptorSocket(one), new DescriptorSocket(other));
    }

    /// <summary>Sends a frame; the other process gets duplicates of the descriptors, which stay the caller's.</summary>
    public void Send(ReadOnlySpan<byte> message, params IReadOnlyList<SafeHandle> descriptors)
    {
        ArgumentNullException.ThrowIfNull(descriptors);
        byte[] frame = new byte[Prefix + message.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, message.Length);
        message.CopyTo(frame.AsSpan(Prefix));
        using var held = new HeldHandles(descriptors);
        var left = frame.AsSpan();
        left = left[DescriptorMessage.Send(socket, left, held.Numbers)..];
        while (!left.IsEmpty)
            left = left[DescriptorMessage.Send(socket, left, [])..];
    }

    /// <summary>
    /// The next frame, and the descriptors that came with it, which are the caller's; null at the end. A frame longer than
    /// <paramref name="limit"/>, or one that is cut off, is an error, and none of its descriptors stays open.
    /// </summary>
    public byte[]? Receive(int limit, out IReadOnlyList<SafeFileHandle> descriptors)
    {
        var came = new List<SafeFileHandle>();
        descriptors = came;
        try
        {
            byte[] prefix = new byte[Prefix];
            if (!Fill(prefix, came, mayEnd: true))
                return null;
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
            if (length > limit)
                throw new IOException($"A frame of {length} bytes came; {limit} are accepted.");
            byte[] message = new byte[length];
            Fill(message, came, mayEnd: false);
            return message;
        }
        catch
        {
            came.ForEach(d => d.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private bool Fill(Span<byte> into, List<SafeFileHandle> descriptors, bool mayEnd)
    {
        for (int at = 0; at < into.Length;)
        {
            int received = DescriptorMessage.Receive(socket, into[at..], descriptors);
            if (descriptors.Count > MaximumDescriptors)
                throw new IOException("More descriptors came than can be taken.");
            if (received == 0)
            {
                return mayEnd && at == 0
                    ? false : throw new EndOfStreamException("The other side ended in the middle of a frame.");
            }

            at += received;
        }

        return true;
    }
}
