using System.Buffers.Binary;
using System.Text;

namespace Lorica.Kmip.Ttlv;

/// <summary>
/// One item of a validated message: a view, nothing is copied. Typed reads refuse another type than the one meant.
/// </summary>
internal readonly ref struct TtlvItem
{
    private TtlvItem(int tag, TtlvType type, ReadOnlySpan<byte> value, ReadOnlySpan<byte> encoded)
    {
        Tag = tag;
        Type = type;
        Value = value;
        Encoded = encoded;
    }

    /// <summary>The tag; 0 in a default item, which stands for "absent".</summary>
    public int Tag { get; }

    /// <summary>The type.</summary>
    public TtlvType Type { get; }

    /// <summary>The value without padding; of a structure: its items.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>The whole item with header and padding.</summary>
    public ReadOnlySpan<byte> Encoded { get; }

    /// <summary>False for the item that <see cref="Find"/> gives when there is none.</summary>
    public bool IsPresent => Tag != 0;

    /// <summary>Validates a message and returns its outermost structure, which must carry <paramref name="tag"/>.</summary>
    public static TtlvItem Parse(ReadOnlySpan<byte> message, int tag)
    {
        TtlvValidator.Validate(message);
        var item = ReadValid(message);
        return item.Tag == tag ? item : throw KmipException.Malformed($"expected {tag:X6}, found {item.Tag:X6}");
    }

    /// <summary>The first item of bytes that are known to be valid.</summary>
    public static TtlvItem ReadValid(ReadOnlySpan<byte> bytes)
    {
        int tag = (bytes[0] << 16) | (bytes[1] << 8) | bytes[2];
        var type = (TtlvType)bytes[3];
        int length = BinaryPrimitives.ReadInt32BigEndian(bytes[4..]);
        int padded = type == TtlvType.Structure ? length : (length + 7) & ~7;
        return new(tag, type, bytes.Slice(TtlvLimits.HeaderBytes, length), bytes[..(TtlvLimits.HeaderBytes + padded)]);
    }

    /// <summary>The items of a structure, in order.</summary>
    public TtlvCursor Children()
    {
        Expect(TtlvType.Structure);
        return new(Value);
    }

    /// <summary>The first child of this tag, or an absent item.</summary>
    public TtlvItem Find(int tag)
    {
        foreach (var child in Children())
        {
            if (child.Tag == tag)
            {
                return child;
            }
        }

        return default;
    }

    /// <summary>The first child of this tag; its absence is a malformed message.</summary>
    public TtlvItem Need(int tag)
    {
        var child = Find(tag);
        return child.IsPresent ? child : throw KmipException.Malformed($"{Tags.NameOf(Tag)} lacks {Tags.NameOf(tag)}");
    }

    public int Integer()
    {
        Expect(TtlvType.Integer);
        return BinaryPrimitives.ReadInt32BigEndian(Value);
    }

    public int Enumeration()
    {
        Expect(TtlvType.Enumeration);
        return BinaryPrimitives.ReadInt32BigEndian(Value);
    }

    public uint Interval()
    {
        Expect(TtlvType.Interval);
        return BinaryPrimitives.ReadUInt32BigEndian(Value);
    }

    public long LongInteger()
    {
        Expect(TtlvType.LongInteger);
        return BinaryPrimitives.ReadInt64BigEndian(Value);
    }

    /// <summary>Seconds since 1970 (UTC). Any 64-bit value can occur; the reader decides what it takes.</summary>
    public long DateTime()
    {
        Expect(TtlvType.DateTime);
        return BinaryPrimitives.ReadInt64BigEndian(Value);
    }

    public bool Boolean()
    {
        Expect(TtlvType.Boolean);
        return Value[7] == 1;
    }

    public string Text()
    {
        Expect(TtlvType.TextString);
        return Encoding.UTF8.GetString(Value);
    }

    public ReadOnlySpan<byte> Bytes()
    {
        Expect(TtlvType.ByteString);
        return Value;
    }

    /// <summary>Refuses an item of another type.</summary>
    public void Expect(TtlvType type)
    {
        if (Type != type)
        {
            throw KmipException.Malformed($"{Tags.NameOf(Tag)} is of type {Type}, not {type}");
        }
    }
}
