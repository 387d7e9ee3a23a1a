using System.Buffers.Binary;
using System.Globalization;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Messages;

/// <summary>Turns Attribute structures into <see cref="KmipAttribute"/>.</summary>
internal static class AttributeDecoder
{
    /// <summary>Reads one Attribute: name, optional index, value of any type (KMIP 1.1, 2.1.1).</summary>
    public static KmipAttribute Decode(TtlvItem attribute)
    {
        var index = attribute.Find(Tags.AttributeIndex);
        var value = attribute.Find(Tags.AttributeValue);
        string name = attribute.Need(Tags.AttributeName).Text();
        return new(
            name,
            index.IsPresent ? index.Integer() : null,
            value.IsPresent ? Text(value) : "",
            value.IsPresent ? Number(value) : null);
    }

    /// <summary>The value as a number, or null for what is none.</summary>
    public static long? Number(TtlvItem value) => value.Type switch
    {
        TtlvType.Integer => value.Integer(),
        TtlvType.Enumeration => value.Enumeration(),
        TtlvType.LongInteger => value.LongInteger(),
        TtlvType.Boolean => value.Boolean() ? 1 : 0,
        TtlvType.DateTime => value.DateTime(),
        TtlvType.Interval => value.Interval(),
        _ => null,
    };

    /// <summary>The value as text for people.</summary>
    public static string Text(TtlvItem value)
    {
        switch (value.Type)
        {
            case TtlvType.TextString:
                return value.Text();
            case TtlvType.DateTime:
                return Date(BinaryPrimitives.ReadInt64BigEndian(value.Value));
            case TtlvType.Structure:
                return Structure(value);
            case TtlvType.BigInteger or TtlvType.ByteString:
                return Convert.ToHexStringLower(value.Value);
            default:
                return Number(value)!.Value.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static string Structure(TtlvItem value)
    {
        var name = value.Find(Tags.NameValue);
        if (name.IsPresent)
        {
            return name.Text();
        }

        var parts = new List<string>();
        foreach (var child in value.Children())
        {
            parts.Add($"{Tags.NameOf(child.Tag)}={Text(child)}");
        }

        return string.Join(", ", parts);
    }

    /// <summary>Dates that a calendar does not hold are given as their number.</summary>
    private static string Date(long seconds) =>
        seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)
            : seconds.ToString(CultureInfo.InvariantCulture);
}
