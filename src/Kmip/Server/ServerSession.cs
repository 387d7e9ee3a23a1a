using System.Buffers.Binary;
using System.Net.Security;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server;

/// <summary>
/// One connection after its handshake: message in, answer out, in order. The length of a message is checked before anything is
/// allocated for it. A message that breaks the framing is answered once, if it looks like KMIP at all, and ends the connection.
/// </summary>
internal sealed class ServerSession(
    SslStream tls, KmipServerOptions options, RequestProcessor processor, KmipClientIdentity client, string remote)
{
    private const byte FirstByteOfKmipTags = 0x42;
    private const uint RequestStart = ((uint)Tags.RequestMessage << 8) | (uint)TtlvType.Structure;

    /// <summary>Serves until the client leaves, idles too long or breaks the framing.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var request = new PinnedBuffer(4096);
        using var answer = new TtlvWriter();
        while (await ReadAsync(request, stop) is var length && length != 0)
        {
            if (length > 0)
            {
                processor.Process(request.Span[..length], client, remote, answer);
            }
            else if (request.Span[0] == FirstByteOfKmipTags)
            {
                processor.RefuseWhole(
                    answer, KmipVersion.V10, KmipException.Malformed("this is not the start of a request of at most 1 MiB"));
            }
            else
            {
                return;
            }

            using (var deadline = new Deadline(options.MessageTimeout, options.TimeProvider, stop))
            {
                await tls.WriteAsync(answer.Written, deadline.Token);
                await tls.FlushAsync(deadline.Token);
            }

            answer.Reset();
            request.Clear();
            if (length < 0)
            {
                return;
            }
        }
    }

    /// <summary>The length of a whole message; 0 when the client left; -1 when the framing is broken.</summary>
    private async Task<int> ReadAsync(PinnedBuffer request, CancellationToken stop)
    {
        request.Ensure(TtlvLimits.HeaderBytes);
        int got;
        using (var idle = new Deadline(options.IdleTimeout, options.TimeProvider, stop))
        {
            got = await tls.ReadAsync(request.Memory[..TtlvLimits.HeaderBytes], idle.Token);
        }

        if (got == 0)
        {
            return 0;
        }

        using var deadline = new Deadline(options.MessageTimeout, options.TimeProvider, stop);
        await tls.ReadExactlyAsync(request.Memory[got..TtlvLimits.HeaderBytes], deadline.Token);
        uint start = BinaryPrimitives.ReadUInt32BigEndian(request.Span);
        uint body = BinaryPrimitives.ReadUInt32BigEndian(request.Span[4..]);
        if (start != RequestStart || body > TtlvLimits.MessageBytes - TtlvLimits.HeaderBytes || body % 8 != 0)
        {
            return -1;
        }

        int length = TtlvLimits.HeaderBytes + (int)body;
        request.Ensure(length);
        await tls.ReadExactlyAsync(request.Memory[TtlvLimits.HeaderBytes..length], deadline.Token);
        return length;
    }
}
