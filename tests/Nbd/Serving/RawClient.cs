using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Lorica.Nbd.Tests.Serving;

/// <summary>A client that says exactly what a test tells it, right or wrong. Every receive has a time limit.</summary>
public sealed class RawClient : IDisposable
{
    public const ulong OptionMagic = 0x49484156454f5054;
    private readonly Socket _socket =
        new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };

    public RawClient(string path) => _socket.Connect(new UnixDomainSocketEndPoint(path));

    /// <summary>Greeting taken, flags sent.</summary>
    public static RawClient Greeted(string path, uint flags = 3)
    {
        var client = new RawClient(path);
        Assert.Equal("NBDMAGICIHAVEOPT"u8.ToArray(), client.Receive(18)[..16]);
        client.Send(U32(flags));
        return client;
    }

    /// <summary>In the transmission phase of <paramref name="export"/>.</summary>
    public static RawClient Transmitting(string path, string export = "", bool structured = false, bool allocation = false)
    {
        var client = Greeted(path);
        if (structured)
        {
            client.Option(8);
            Assert.Equal(1u, client.OptionReply().Type);
        }

        if (allocation)
        {
            client.Option(10, [.. Name(export), .. U32(1), .. Name("base:allocation")]);
            Assert.Equal(4u, client.OptionReply().Type);
            Assert.Equal(1u, client.OptionReply().Type);
        }

        client.Option(7, [.. Name(export), 0, 0]);
        uint type;
        while ((type = client.OptionReply().Type) == 3)
        {
        }

        Assert.Equal(1u, type);
        return client;
    }

    public static byte[] U16(ushort v) => [(byte)(v >> 8), (byte)v];

    public static byte[] U32(uint v)
    {
        byte[] b = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(b, v);
        return b;
    }

    public static byte[] U64(ulong v)
    {
        byte[] b = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(b, v);
        return b;
    }

    public static byte[] Name(string name) => [.. U32((uint)Encoding.UTF8.GetByteCount(name)), .. Encoding.UTF8.GetBytes(name)];

    public static byte[] Request(ushort type, ulong cookie, ulong offset, uint length, ushort flags = 0) =>
        [.. U32(0x25609513), .. U16(flags), .. U16(type), .. U64(cookie), .. U64(offset), .. U32(length)];

    public void Send(params ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[_socket.Send(bytes)..];
    }

    public void Option(uint option, params byte[] data) =>
        Send([.. U64(OptionMagic), .. U32(option), .. U32((uint)data.Length), .. data]);

    public (uint Option, uint Type, byte[] Data) OptionReply()
    {
        byte[] header = Receive(20);
        Assert.Equal(0x3e889045565a9ul, BinaryPrimitives.ReadUInt64BigEndian(header));
        return (BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8)), BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12)),
            Receive(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(16))));
    }

    /// <summary>A simple reply: cookie and error.</summary>
    public (ulong Cookie, uint Error) Reply()
    {
        byte[] reply = Receive(16);
        Assert.Equal(0x67446698u, BinaryPrimitives.ReadUInt32BigEndian(reply));
        return (BinaryPrimitives.ReadUInt64BigEndian(reply.AsSpan(8)), BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(4)));
    }

    /// <summary>A structured chunk: cookie, type, payload. It is always the last of its reply.</summary>
    public (ulong Cookie, ushort Type, byte[] Payload) Chunk()
    {
        byte[] header = Receive(20);
        Assert.Equal(0x668e33efu, BinaryPrimitives.ReadUInt32BigEndian(header));
        Assert.Equal(1, BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(4)));
        return (BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)), BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(6)),
            Receive(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(16))));
    }

    public byte[] Receive(int length)
    {
        byte[] bytes = new byte[length];
        ReceiveInto(bytes);
        return bytes;
    }

    /// <summary>Without allocating.</summary>
    public void ReceiveInto(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int n = _socket.Receive(bytes);
            if (n == 0)
                Assert.Fail("The server closed the connection.");
            bytes = bytes[n..];
        }
    }

    /// <summary>Fails unless the server says nothing more and closes.</summary>
    public void AssertClosed()
    {
        try
        {
            Assert.Equal(0, _socket.Receive(new byte[1]));
        }
        catch (SocketException e)
        {
            Assert.True(e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown, e.Message);
        }
    }

    /// <summary>Says no more; still listens.</summary>
    public void EndOfRequests() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => _socket.Dispose();
}
