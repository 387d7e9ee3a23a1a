using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Lorica.Platform.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Platform.Sockets;

/// <summary>
/// The frames of <see cref="DescriptorSocket"/> over a socket of the platform, without a thread that waits. One reader and one
/// writer at a time. Every failure is an <see cref="IOException"/>.
/// </summary>
/// <param name="socket">A connected Unix stream socket; disposed with this object.</param>
public sealed class FrameSocket(Socket socket) : IDisposable
{
    private const int Prefix = 4;

    /// <summary>Sends a frame; the other process gets duplicates of the descriptors, which stay the caller's.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> message, IReadOnlyList<SafeHandle> descriptors, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(descriptors);
        byte[] frame = new byte[Prefix + message.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, message.Length);
        message.CopyTo(frame.AsMemory(Prefix));
        int sent = descriptors.Count > 0 ? SendFirst(frame, descriptors) : 0;
        try
        {
            while (sent < frame.Length)
                sent += await socket.SendAsync(frame.AsMemory(sent), ct);
        }
        catch (SocketException e)
        {
            throw new IOException($"Cannot send to a socket: {e.Message}", e);
        }
    }

    /// <summary>
    /// The next frame; null at the end. A frame longer than <paramref name="limit"/>, one that is cut off, or one with too many
    /// descriptors is an error, and none of its descriptors stays open.
    /// </summary>
    public async Task<ReceivedFrame?> ReceiveAsync(int limit, CancellationToken ct)
    {
        var came = new List<SafeFileHandle>();
        try
        {
            byte[] prefix = new byte[Prefix];
            if (!await FillAsync(prefix, came, mayEnd: true, ct))
                return null;
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
            if (length > limit)
                throw new IOException($"A frame of {length} bytes came; {limit} are accepted.");
            byte[] message = new byte[length];
            await FillAsync(message, came, mayEnd: false, ct);
            return new ReceivedFrame(message, came);
        }
        catch
        {
            came.ForEach(d => d.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    // At least one byte goes at once, as the socket is empty: nothing is under way while a frame begins.
    private int SendFirst(byte[] frame, IReadOnlyList<SafeHandle> descriptors)
    {
        using var held = new HeldHandles(descriptors);
        return DescriptorMessage.Send(socket.SafeHandle, frame, held.Numbers);
    }

    private async Task<bool> FillAsync(Memory<byte> into, List<SafeFileHandle> came, bool mayEnd, CancellationToken ct)
    {
        for (int at = 0; at < into.Length;)
        {
            int received = DescriptorMessage.ReceiveAtOnce(socket.SafeHandle, into.Span[at..], came);
            if (came.Count > DescriptorSocket.MaximumDescriptors)
                throw new IOException("More descriptors came than can be taken.");
            if (received == 0)
            {
                return mayEnd && at == 0
                    ? false : throw new EndOfStreamException("The other side ended in the middle of a frame.");
            }

            if (received > 0)
                at += received;
            else
                await ReadableAsync(ct);
        }

        return true;
    }

    private async Task ReadableAsync(CancellationToken ct)
    {
        try
        {
            // Of no bytes: it completes when there are some, and takes none.
            await socket.ReceiveAsync(Memory<byte>.Empty, ct);
        }
        catch (SocketException e)
        {
            throw new IOException($"Cannot receive from a socket: {e.Message}", e);
        }
    }
}
