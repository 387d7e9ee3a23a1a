using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Lorica.Kmip.Ttlv;

/// <summary>
/// Writes TTLV. A structure's length stands before its items, so the message is put together in a pinned buffer of the writer
/// (zeroed when the writer is disposed) and handed over whole. Not more than <see cref="TtlvLimits.MessageBytes"/>.
/// </summary>
internal sealed class TtlvWriter : IDisposable
{
    private readonly PinnedBuffer _buffer = new(1024);
    private readonly int[] _starts = new int[TtlvLimits.Depth];
    private int _depth;
    private int _length;

    /// <summary>Bytes written up to now.</summary>
    public int Length => _length;

    /// <summary>What was written; every structure must be closed.</summary>
    public ReadOnlyMemory<byte> Written => _depth == 0
        ? _buffer.Memory[.._length]
        : throw new KmipException(KmipErrorKind.Misuse, "a structure is still open");

    /// <summary>Hands the message over.</summary>
    public void CopyTo(IBufferWriter<byte> output) => output.Write(Written.Span);

    /// <summary>Opens a structure; <see cref="End"/> closes it.</summary>
    public void Begin(int tag)
    {
        if (_depth == TtlvLimits.Depth)
        {
            throw new KmipException(KmipErrorKind.Misuse, $"structures deeper than {TtlvLimits.Depth}");
        }

        _starts[_depth++] = _length;
        Header(tag, TtlvType.Structure, 0);
    }

    /// <summary>Closes the innermost structure.</summary>
    public void End()
    {
        int start = _starts[--_depth];
        BinaryPrimitives.WriteInt32BigEndian(_buffer.Span[(start + 4)..], _length - start - TtlvLimits.HeaderBytes);
    }

    public void Integer(int tag, int value) => BinaryPrimitives.WriteInt32BigEndian(Value(tag, TtlvType.Integer, 4), value);

    /// <summary>Puts another value into the Integer that was written at <paramref name="position"/>.</summary>
    public void ReplaceInteger(int position, int value) =>
        BinaryPrimitives.WriteInt32BigEndian(_buffer.Span[(position + TtlvLimits.HeaderBytes)..], value);

    public void Enumeration(int tag, int value) =>
        BinaryPrimitives.WriteInt32BigEndian(Value(tag, TtlvType.Enumeration, 4), value);

    public void Interval(int tag, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Value(tag, TtlvType.Interval, 4), value);

    public void LongInteger(int tag, long value) =>
        BinaryPrimitives.WriteInt64BigEndian(Value(tag, TtlvType.LongInteger, 8), value);

    public void DateTime(int tag, long value) => BinaryPrimitives.WriteInt64BigEndian(Value(tag, TtlvType.DateTime, 8), value);

    public void Boolean(int tag, bool value) =>
        BinaryPrimitives.WriteInt64BigEndian(Value(tag, TtlvType.Boolean, 8), value ? 1 : 0);

    public void BigInteger(int tag, ReadOnlySpan<byte> value) => value.CopyTo(Value(tag, TtlvType.BigInteger, value.Length));

    public void Text(int tag, string value) =>
        Encoding.UTF8.GetBytes(value, Value(tag, TtlvType.TextString, Encoding.UTF8.GetByteCount(value)));

    /// <summary>Text that is UTF-8 already.</summary>
    public void Text(int tag, ReadOnlySpan<byte> utf8) => utf8.CopyTo(Value(tag, TtlvType.TextString, utf8.Length));

    public void Bytes(int tag, ReadOnlySpan<byte> value) => value.CopyTo(Value(tag, TtlvType.ByteString, value.Length));

    /// <summary>Copies one item, or several side by side, that are encoded already.</summary>
    public void Raw(ReadOnlySpan<byte> encoded) => encoded.CopyTo(Grow(encoded.Length));

    /// <summary>Forgets all after <paramref name="length"/> at the same depth: an answer that turned out a failure.</summary>
    public void Rewind(int length, int depth)
    {
        _buffer.Span[length.._length].Clear();
        _length = length;
        _depth = depth;
    }

    /// <summary>How many structures are open.</summary>
    public int Depth => _depth;

    /// <summary>Zeroes the message and starts anew.</summary>
    public void Reset()
    {
        _buffer.Clear();
        _length = 0;
        _depth = 0;
    }

    /// <inheritdoc />
    public void Dispose() => _buffer.Dispose();

    private Span<byte> Value(int tag, TtlvType type, int length)
    {
        Header(tag, type, length);
        var padded = Grow((length + 7) & ~7);
        padded[length..].Clear();
        return padded[..length];
    }

    private void Header(int tag, TtlvType type, int length)
    {
        var header = Grow(TtlvLimits.HeaderBytes);
        BinaryPrimitives.WriteInt32BigEndian(header, (tag << 8) | (int)type);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], length);
    }

    private Span<byte> Grow(int length)
    {
        if (length > TtlvLimits.MessageBytes - _length)
        {
            throw new KmipException(
                KmipResultReason.ResponseTooLarge, $"message would be larger than {TtlvLimits.MessageBytes} bytes");
        }

        _buffer.Ensure(_length + length);
        var span = _buffer.Span.Slice(_length, length);
        _length += length;
        return span;
    }
}
