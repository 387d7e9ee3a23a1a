using System.Net.Sockets;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Vmx;
using Lorica.Platform.Sockets;

namespace Lorica.Host.Power;

/// <summary>
/// One connection to a vmx's control socket; one request at a time. When the vmx dies the connection ends: every failure of the
/// connection is an <see cref="IOException"/>.
/// </summary>
internal sealed class VmxControl : IDisposable
{
    private const int MaximumFrame = 1024 * 1024 + 4096;

    private readonly FrameSocket _socket;

    private VmxControl(Socket socket) => _socket = new FrameSocket(socket);

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
    public Task<VmxReply> CallAsync(VmxRequest request, CancellationToken ct) => CallAsync(request, [], ct);

    /// <summary>The same with open descriptors, which stay the caller's.</summary>
    public async Task<VmxReply> CallAsync(VmxRequest request, IReadOnlyList<SafeHandle> descriptors, CancellationToken ct)
    {
        await _socket.SendAsync(request.ToByteArray(), descriptors, ct);
        using var answer = await _socket.ReceiveAsync(MaximumFrame, ct)
            ?? throw new EndOfStreamException("The vmx ended the connection.");
        VmxReply reply;
        try
        {
            reply = VmxReply.Parser.ParseFrom(answer.Message);
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

    public void Dispose() => _socket.Dispose();
}
