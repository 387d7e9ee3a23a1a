using System.Buffers.Binary;
using System.Text.Unicode;

namespace Lorica.Kmip.Ttlv;

/// <summary>
/// The one gate for foreign bytes. After <see cref="Validate"/> the cursor and the items may read without checks of bounds:
/// every length lies within its parent, fixed lengths are exact, padding is there and zero, text is UTF-8, Booleans are 0 or 1,
/// and depth and number of items are bounded. Iterative: no input can exhaust the stack.
/// </summary>
/// <remarks>
/// An item is tag (3 bytes, big-endian), type (1), length of the value without padding (4, big-endian), value padded with zeros
/// to a multiple of 8; a structure's value is its items one after another (KMIP 1.4, 9.1).
/// </remarks>
internal static class TtlvValidator
{
    /// <summary>Checks that <paramref name="message"/> is exactly one item, and a structure.</summary>
    /// <exception cref="KmipException">Protocol: the first rule that does not hold.</exception>
    public static void Validate(ReadOnlySpan<byte> message)
    {
        ValidateItem(message);
        if ((TtlvType)message[3] != TtlvType.Structure)
        {
            throw KmipException.Malformed("message is not a structure");
        }
    }

    /// <summary>Checks that the bytes are exactly one item of any type.</summary>
    /// <exception cref="KmipException">Protocol: the first rule that does not hold.</exception>
    public static void ValidateItem(ReadOnlySpan<byte> message)
    {
        if (message.Length > TtlvLimits.MessageBytes)
        {
            throw KmipException.Malformed($"message of {message.Length} bytes is larger than {TtlvLimits.MessageBytes}");
        }

        Span<int> ends = stackalloc int[TtlvLimits.Depth];
        int depth = 0, position = 0, items = 0, end = message.Length;
        do
        {
            if (++items > TtlvLimits.Items)
            {
                throw KmipException.Malformed($"message has more than {TtlvLimits.Items} items");
            }

            if (end - position < TtlvLimits.HeaderBytes)
            {
                throw KmipException.Malformed($"item header cut short at byte {position}");
            }

            int tag = (message[position] << 16) | (message[position + 1] << 8) | message[position + 2];
            var type = (TtlvType)message[position + 3];
            uint length = BinaryPrimitives.ReadUInt32BigEndian(message[(position + 4)..]);
            int value = position + TtlvLimits.HeaderBytes;
            if (length > (uint)(end - value))
            {
                throw KmipException.Malformed($"item {tag:X6} at byte {position} runs past its parent");
            }

            if (type == TtlvType.Structure)
            {
                if (depth == TtlvLimits.Depth)
                {
                    throw KmipException.Malformed($"structures deeper than {TtlvLimits.Depth}");
                }

                ends[depth++] = end;
                end = value + (int)length;
                position = value;
            }
            else
            {
                position = CheckPrimitive(message[..end], tag, type, value, (int)length);
            }

            while (position == end && depth > 0)
            {
                end = ends[--depth];
            }

            if (depth == 0 && position != end)
            {
                throw KmipException.Malformed("bytes after the end of the message");
            }
        }
        while (depth > 0);
    }

    private static int CheckPrimitive(ReadOnlySpan<byte> parent, int tag, TtlvType type, int value, int length)
    {
        bool good = type switch
        {
            TtlvType.Integer or TtlvType.Enumeration or TtlvType.Interval => length == 4,
            TtlvType.LongInteger or TtlvType.Boolean or TtlvType.DateTime => length == 8,
            TtlvType.BigInteger => length > 0 && length % 8 == 0,
            TtlvType.TextString => length <= TtlvLimits.TextBytes,
            TtlvType.ByteString => true,
            _ => throw KmipException.Malformed($"item {tag:X6} has the unknown type {(int)type}"),
        };
        if (!good)
        {
            throw KmipException.Malformed($"item {tag:X6} of type {type} has the length {length}");
        }

        int padded = (length + 7) & ~7;
        if (padded > parent.Length - value)
        {
            throw KmipException.Malformed($"item {tag:X6} lacks its padding");
        }

        var bytes = parent.Slice(value, length);
        if (parent.Slice(value + length, padded - length).ContainsAnyExcept((byte)0))
        {
            throw KmipException.Malformed($"item {tag:X6} has padding that is not zero");
        }

        if (type == TtlvType.TextString && !Utf8.IsValid(bytes))
        {
            throw KmipException.Malformed($"item {tag:X6} is not UTF-8");
        }

        if (type == TtlvType.Boolean && BinaryPrimitives.ReadUInt64BigEndian(bytes) > 1)
        {
            throw KmipException.Malformed($"item {tag:X6} is a Boolean of neither 0 nor 1");
        }

        return value + padded;
    }
}
