using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Lorica.Nbd;
using Lorica.Nbd.Protocol;

namespace Lorica.Testing;

/// <summary>
/// A small client: one export, one request at a time, simple replies. For looking into an export; a guest's disk is QEMU's own
/// client's business.
/// </summary>
public sealed class NbdClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private ulong _cookie;

    private NbdClient(Socket socket) => _socket = socket;

    /// <summary>Bytes of the export.</summary>
    public long Length { get; private set; }

    /// <summary>Whether the export refuses changes.</summary>
    public bool ReadOnly { get; private set; }

    /// <summary>Opens <paramref name="export"/> (empty: the server's first) at the Unix socket <paramref name="path"/>.</summary>
    public static async Task<NbdClient> ConnectAsync(string path, string export = "", CancellationToken ct = default)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var client = new NbdClient(socket);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            await client.NegotiateAsync(export, ct);
            return client;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new NbdException(NbdErrorKind.Transport, $"No connection to {path}: {e.Message}", inner: e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Reads from <paramref name="offset"/>.</summary>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct = default)
    {
        await SendAsync(NbdCommand.Read, CommandFlags.None, offset, (uint)buffer.Length, ct);
        await AnswerAsync(ct);
        await FillAsync(buffer, ct);
    }

    /// <summary>Writes at <paramref name="offset"/>; <paramref name="durable"/> sets FUA.</summary>
    public async ValueTask WriteAsync(
        long offset, ReadOnlyMemory<byte> data, bool durable = false, CancellationToken ct = default)
    {
        await SendAsync(NbdCommand.Write, Durable(durable), offset, (uint)data.Length, ct);
        await SendAllAsync(data, ct);
        await AnswerAsync(ct);
    }

    /// <summary>Returns when all answered writes are on stable storage.</summary>
    public async ValueTask FlushAsync(CancellationToken ct = default)
    {
        await SendAsync(NbdCommand.Flush, CommandFlags.None, 0, 0, ct);
        await AnswerAsync(ct);
    }

    /// <summary>Tells that a range is no longer needed.</summary>
    public async ValueTask TrimAsync(long offset, uint length, CancellationToken ct = default)
    {
        await SendAsync(NbdCommand.Trim, CommandFlags.None, offset, length, ct);
        await AnswerAsync(ct);
    }

    /// <summary>Makes a range read as zeros.</summary>
    public async ValueTask WriteZeroesAsync(
        long offset, uint length, bool durable = false, bool noHole = false, CancellationToken ct = default)
    {
        var flags = Durable(durable) | (noHole ? CommandFlags.NoHole : CommandFlags.None);
        await SendAsync(NbdCommand.WriteZeroes, flags, offset, length, ct);
        await AnswerAsync(ct);
    }

    /// <summary>Says good-bye and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await SendAsync(NbdCommand.Disconnect, CommandFlags.None, 0, 0, CancellationToken.None);
        }
        catch (NbdException)
        {
            // The server left first.
        }

        _socket.Dispose();
    }

    private static CommandFlags Durable(bool durable) => durable ? CommandFlags.ForceUnitAccess : CommandFlags.None;

    private async Task NegotiateAsync(string export, CancellationToken ct)
    {
        byte[] greeting = new byte[Wire.GreetingSize];
        await FillAsync(greeting, ct);
        if (BinaryPrimitives.ReadUInt64BigEndian(greeting) != Wire.InitMagic
            || BinaryPrimitives.ReadUInt64BigEndian(greeting.AsSpan(8)) != Wire.OptionMagic)
        {
            throw new NbdException(NbdErrorKind.Protocol, "The server does not speak newstyle NBD.");
        }

        byte[] name = Encoding.UTF8.GetBytes(export);
        byte[] go = new byte[4 + Wire.OptionHeaderSize + 4 + name.Length + 2];
        BinaryPrimitives.WriteUInt32BigEndian(go, Wire.FixedNewstyle | Wire.NoZeroes);
        BinaryPrimitives.WriteUInt64BigEndian(go.AsSpan(4), Wire.OptionMagic);
        BinaryPrimitives.WriteUInt32BigEndian(go.AsSpan(12), (uint)NbdOption.Go);
        BinaryPrimitives.WriteUInt32BigEndian(go.AsSpan(16), (uint)(name.Length + 6));
        BinaryPrimitives.WriteUInt32BigEndian(go.AsSpan(20), (uint)name.Length);
        name.CopyTo(go.AsSpan(24));
        await SendAllAsync(go, ct);

        byte[] header = new byte[Wire.OptionReplyHeaderSize];
        while (true)
        {
            await FillAsync(header, ct);
            var reply = (OptionReply)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
            int length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(16));
            if (BinaryPrimitives.ReadUInt64BigEndian(header) != Wire.OptionReplyMagic || length is < 0 or > 4096)
                throw new NbdException(NbdErrorKind.Protocol, "The server's answer to an option is broken.");
            byte[] data = new byte[length];
            await FillAsync(data, ct);
            if (reply == OptionReply.Acknowledge)
                return;
            if (reply != OptionReply.Info)
                throw new NbdException(NbdErrorKind.UnknownExport, $"The server does not offer the export '{export}'.");
            if (length == 12 && BinaryPrimitives.ReadUInt16BigEndian(data) == (ushort)InfoType.Export)
            {
                Length = BinaryPrimitives.ReadInt64BigEndian(data.AsSpan(2));
                ReadOnly = ((ExportFlags)BinaryPrimitives.ReadUInt16BigEndian(
                    data.AsSpan(10)) & ExportFlags.ReadOnly) != ExportFlags.None;
            }
        }
    }

    private async ValueTask SendAsync(NbdCommand command, CommandFlags flags, long offset, uint length, CancellationToken ct)
    {
        byte[] bytes = new byte[Wire.RequestSize];
        new RequestHeader(flags, command, ++_cookie, (ulong)offset, length).Write(bytes);
        await SendAllAsync(bytes, ct);
    }

    private async ValueTask AnswerAsync(CancellationToken ct)
    {
        byte[] bytes = new byte[Wire.SimpleReplySize];
        await FillAsync(bytes, ct);
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes) != Wire.SimpleReplyMagic
            || BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(8)) != _cookie)
        {
            throw new NbdException(NbdErrorKind.Protocol, "The server's reply is broken.");
        }

        var error = (NbdErrno)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4));
        if (error != NbdErrno.None)
            throw new NbdException(NbdErrorKind.Refused, $"The server answered with error {error}.", error);
    }

    private async ValueTask FillAsync(Memory<byte> buffer, CancellationToken ct)
    {
        while (buffer.Length > 0)
        {
            int n;
            try
            {
                n = await _socket.ReceiveAsync(buffer, SocketFlags.None, ct);
            }
            catch (SocketException e)
            {
                throw new NbdException(NbdErrorKind.Transport, "The connection failed.", inner: e);
            }

            if (n == 0)
                throw new NbdException(NbdErrorKind.Transport, "The server closed the connection.");
            buffer = buffer[n..];
        }
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        try
        {
            while (data.Length > 0)
                data = data[await _socket.SendAsync(data, SocketFlags.None, ct)..];
        }
        catch (SocketException e)
        {
            throw new NbdException(NbdErrorKind.Transport, "The connection failed.", inner: e);
        }
    }
}
