using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Lorica.Nbd.Protocol;

namespace Lorica.Nbd.Sessions;

/// <summary>The option phase: drives <see cref="Handshake"/> with what the socket brings, against a clock.</summary>
internal sealed partial class NbdSession
{
    /// <summary>False: the client left or was shown out properly.</summary>
    private bool Negotiate()
    {
        bool expired = false;
        using var timer = _options.Time.CreateTimer(
            _ =>
            {
                Volatile.Write(ref expired, true);
                Shutdown(SocketShutdown.Both);
            },
            null, _options.HandshakeTimeout, Timeout.InfiniteTimeSpan);

        var handshake = new Handshake(_exports);
        bool done = Negotiate(handshake);
        if (Volatile.Read(ref expired))
            throw new NbdException(NbdErrorKind.Protocol, "The client did not finish the handshake in time.");
        if (!done)
            return false;
        _negotiated = handshake.Negotiated!.Value;
        return true;
    }

    private bool Negotiate(Handshake handshake)
    {
        var replies = new ArrayBufferWriter<byte>(512);
        Handshake.Greeting(replies);
        if (!SendAll(replies.WrittenSpan))
            return false;

        Span<byte> header = stackalloc byte[Wire.OptionHeaderSize];
        if (!ReceiveAll(header[..4]))
            return false;
        handshake.TakeClientFlags(BinaryPrimitives.ReadUInt32BigEndian(header));

        while (handshake.Negotiated is null)
        {
            if (!ReceiveAll(header))
                return false;
            var (option, length) = handshake.TakeOptionHeader(header);

            // The data lies in the receive arena, which nothing else uses yet.
            var data = _in.Span(0, length);
            if (!ReceiveAll(data))
                return false;

            replies.ResetWrittenCount();
            bool goesOn = handshake.TakeOption(option, data, replies);
            if (!SendAll(replies.WrittenSpan) || !goesOn)
                return false;
        }

        return true;
    }
}
