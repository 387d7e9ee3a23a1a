using System.Net.Sockets;
using Google.Protobuf;
using Lorica.Contracts.Vmx;
using Lorica.Nbd;
using Lorica.Platform.Sockets;

namespace Lorica.Vmx.Control;

/// <summary>
/// The host's door: frames of u32 little-endian length and a message, both ways, one answer per request, in order. Peers other
/// than root are cut off before a byte; a frame that is no request, or has descriptors beside what takes none, ends its
/// connection and no other.
/// </summary>
internal sealed class ControlServer(ControlRequests requests, Func<PeerCredentials, bool> peers)
{
    private const int MaximumFrame = 1 << 20;
    private const int MaximumConnections = 16;
    private const int MaximumFailures = 100;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(50);
    private int _connections;

    /// <summary>
    /// Serves until <paramref name="ct"/>; the listening socket stays open, for the host and for whoever comes next.
    /// </summary>
    public async Task RunAsync(Socket listening, CancellationToken ct)
    {
        try
        {
            int failures = 0;
            while (true)
            {
                Socket socket;
                try
                {
                    socket = await listening.AcceptAsync(ct);
                    failures = 0;
                }
                catch (SocketException) when (++failures < MaximumFailures)
                {
                    // A peer that left at once, or no descriptor to be had for the moment.
                    await Task.Delay(AcceptPause, ct);
                    continue;
                }

                if (!Admits(socket))
                {
                    socket.Dispose();
                    continue;
                }

                _ = ServeAsync(socket, ct);
            }
        }
        catch (OperationCanceledException)
        {
            // Asked to stop.
        }
    }

    private bool Admits(Socket socket)
    {
        try
        {
            return peers(PeerCredentials.Of(socket)) && Volatile.Read(ref _connections) < MaximumConnections;
        }
        catch (NbdException)
        {
            return false;
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken ct)
    {
        Interlocked.Increment(ref _connections);
        try
        {
            using var host = new FrameSocket(socket);
            while (await host.ReceiveAsync(MaximumFrame, ct) is { } received)
            {
                using var frame = received;
                var request = VmxRequest.Parser.ParseFrom(frame.Message);
                if (frame.HasDescriptors && !ControlRequests.TakesDescriptors(request))
                    return;
                var reply = await requests.AnswerAsync(request, frame, ct);
                await host.SendAsync(reply.ToByteArray(), [], ct);
                requests.Answered(reply);
            }
        }
        catch (Exception e)
            when (e is IOException or InvalidProtocolBufferException or OperationCanceledException or ObjectDisposedException)
        {
            // The host left, this process ends, or what came was no request.
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }
}
