using System.Buffers.Binary;
using System.Net.Sockets;
using Google.Protobuf;
using Lorica.Contracts.Vmx;

namespace Lorica.Vmx.Tests.Hosting;

/// <summary>The host's end of the control socket.</summary>
public sealed class ControlClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public ControlClient(string path) => _socket.Connect(new UnixDomainSocketEndPoint(path));

    public async Task<VmxReply> AskAsync(VmxRequest request)
    {
        byte[] message = request.ToByteArray();
        byte[] frame = new byte[4 + message.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, message.Length);
        message.CopyTo(frame.AsSpan(4));
        await SendAsync(frame);
        byte[] header = await ReceiveAsync(4);
        return VmxReply.Parser.ParseFrom(await ReceiveAsync(BinaryPrimitives.ReadInt32LittleEndian(header)));
    }

    public async Task SendAsync(byte[] bytes)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        for (int done = 0; done < bytes.Length;)
            done += await _socket.SendAsync(bytes.AsMemory(done), limit.Token);
    }

    public async Task<byte[]> ReceiveAsync(int length)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        byte[] bytes = new byte[length];
        for (int done = 0; done < length;)
        {
            int n = await _socket.ReceiveAsync(bytes.AsMemory(done), limit.Token);
            Assert.True(n > 0, "The vmx closed the connection.");
            done += n;
        }

        return bytes;
    }

    public async Task<bool> IsClosedAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            return await _socket.ReceiveAsync(new byte[1], limit.Token) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose() => _socket.Dispose();
}
