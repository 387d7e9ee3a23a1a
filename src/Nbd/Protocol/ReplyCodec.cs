using System.Buffers.Binary;

namespace Lorica.Nbd.Protocol;

/// <summary>
/// Writes replies of the transmission phase (sections "Simple reply message", "Structured reply chunk message").
/// </summary>
internal static class ReplyCodec
{
    public static void Simple(Span<byte> to, ulong cookie, NbdErrno error)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, Wire.SimpleReplyMagic);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], (uint)error);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], cookie);
    }

    /// <summary>The one chunk of a read; the data follows.</summary>
    public static void OffsetData(Span<byte> to, ulong cookie, ulong offset, uint length)
    {
        Chunk(to, Wire.ChunkOffsetData, cookie, 8 + length);
        BinaryPrimitives.WriteUInt64BigEndian(to[Wire.ChunkHeaderSize..], offset);
    }

    /// <summary>
    /// Header of a block status chunk: context id and <paramref name="extents"/> pairs of length and state follow.
    /// </summary>
    public static void BlockStatus(Span<byte> to, ulong cookie, int extents)
    {
        Chunk(to, Wire.ChunkBlockStatus, cookie, (uint)(4 + 8 * extents));
        BinaryPrimitives.WriteUInt32BigEndian(to[Wire.ChunkHeaderSize..], Wire.AllocationContextId);
    }

    public static void Error(Span<byte> to, ulong cookie, NbdErrno error)
    {
        Chunk(to, Wire.ChunkError, cookie, 6);
        BinaryPrimitives.WriteUInt32BigEndian(to[Wire.ChunkHeaderSize..], (uint)error);
        BinaryPrimitives.WriteUInt16BigEndian(to[(Wire.ChunkHeaderSize + 4)..], 0);
    }

    private static void Chunk(Span<byte> to, ushort type, ulong cookie, uint length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, Wire.StructuredReplyMagic);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], Wire.ChunkDone);
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], type);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], cookie);
        BinaryPrimitives.WriteUInt32BigEndian(to[16..], length);
    }
}
