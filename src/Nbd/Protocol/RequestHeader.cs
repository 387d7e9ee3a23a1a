using System.Buffers.Binary;

namespace Lorica.Nbd.Protocol;

/// <summary>
/// A request as it travels: 28 bytes (section "Request message").
/// <code>
/// 0   4  magic 0x25609513
/// 4   2  flags
/// 6   2  type
/// 8   8  cookie, returned as it came
/// 16  8  offset
/// 24  4  length; a WRITE is followed by that many bytes
/// </code>
/// </summary>
internal readonly record struct RequestHeader(CommandFlags Flags, NbdCommand Command, ulong Cookie, ulong Offset, uint Length)
{
    /// <summary>False when the magic is wrong: then nothing on this connection can be trusted any more.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out RequestHeader header)
    {
        header = new RequestHeader(
            (CommandFlags)BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]),
            (NbdCommand)BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]));
        return BinaryPrimitives.ReadUInt32BigEndian(bytes) == Wire.RequestMagic;
    }

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, Wire.RequestMagic);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], (ushort)Flags);
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], (ushort)Command);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], Cookie);
        BinaryPrimitives.WriteUInt64BigEndian(to[16..], Offset);
        BinaryPrimitives.WriteUInt32BigEndian(to[24..], Length);
    }
}
