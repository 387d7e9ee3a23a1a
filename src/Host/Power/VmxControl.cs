using System.Buffers.Binary;
using System.Net.Sockets;
using Google.Protobuf;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Vmx;

namespace Lorica.Host.Power;

/// <summary>
/// One connection to a vmx's control socket; one request at a time. When the vmx dies the connection ends: every failure of the
/// connection is an <see cref="IOException"/>.
/// </summary>
internal sealed class VmxControl : IDisposable
{
    private const int MaximumFrame = 1024 * 1024 + 4096;

    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    private VmxControl(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    public static async Task<VmxControl> ConnectAsync(string path, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            return new VmxControl(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"The vmx does not answer at {path}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request and gives the reply; a refusal of the vmx is a <see cref="FaultException"/>.</summary>
    public async Task<VmxReply> CallAsync(VmxRequest request, CancellationToken ct)
    {
        int length = request.CalculateSize();
        byte[] frame = new byte[4 + length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, length);
        request.WriteTo(frame.AsSpan(4));
        await _stream.WriteAsync(frame, ct);

        byte[] header = new byte[4];
        await _stream.ReadExactlyAsync(header, ct);
        int size = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (size is < 0 or > MaximumFrame)
            throw new IOException("The vmx sent a frame of an impossible size.");
        byte[] body = new byte[size];
        await _stream.ReadExactlyAsync(body, ct);
        VmxReply reply;
        try
        {
            reply = VmxReply.Parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new IOException("The vmx sent what is no reply.", e);
        }

        return reply.Fault is null ? reply : throw new FaultException(FaultCodec.FromMessage(reply.Fault));
    }

    /// <summary>Opens a connection for one request.</summary>
    public static async Task<VmxReply> CallOnceAsync(string path, VmxRequest request, CancellationToken ct)
    {
        using var control = await ConnectAsync(path, ct);
        return await control.CallAsync(request, ct);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }
}
