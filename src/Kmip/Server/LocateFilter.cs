using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server;

/// <summary>One condition of a Locate: an attribute has a value; a mask has all bits asked for; a date lies in a range.</summary>
internal sealed class LocateFilter
{
    private readonly byte[] _value;
    private byte[]? _end;

    private LocateFilter(string name, byte[] value)
    {
        Name = name;
        _value = value;
    }

    /// <summary>Attribute Name.</summary>
    public string Name { get; }

    /// <summary>The value of a Name that is searched for; null for other filters.</summary>
    public string? NameValue => Name == AttributeNames.Name ? TtlvItem.ReadValid(_value).Need(Tags.NameValue).Text() : null;

    /// <summary>Adds the filter that an Attribute stands for. A date given twice is a range (KMIP 1.1, 4.9).</summary>
    public static void Add(List<LocateFilter> filters, TtlvItem attribute, KmipVersion version)
    {
        Fields.Check(attribute, Tags.AttributeName, Tags.AttributeIndex, Tags.AttributeValue);
        string name = attribute.Need(Tags.AttributeName).Text();
        var rule = AttributeRule.Find(name, version);
        var value = attribute.Find(Tags.AttributeValue);

        // A Digest is not kept: to find one, every object's material would have to be opened.
        if (rule is null || !value.IsPresent || name == AttributeNames.Digest)
        {
            throw new KmipException(KmipResultReason.InvalidField, $"'{PrintableText.Escape(name, 64)}' cannot be searched for");
        }

        rule.CheckValue(value);
        var before = filters.Find(f => f.Name == name && f._end is null);
        if (value.Type == TtlvType.DateTime && before is not null)
        {
            before._end = value.Encoded.ToArray();
            return;
        }

        filters.Add(new(name, value.Encoded.ToArray()));
    }

    /// <summary>True when an instance of the attribute fits.</summary>
    public bool Fits(KmipObject o, long now)
    {
        foreach (var attribute in ObjectAttributes.Named(o, Name, now))
        {
            if (Fits(TtlvItem.ReadValid(attribute.Value.Span)))
            {
                return true;
            }
        }

        return false;
    }

    private bool Fits(TtlvItem item)
    {
        var asked = TtlvItem.ReadValid(_value);
        if (Name == AttributeNames.CryptographicUsageMask)
        {
            return (item.Integer() & asked.Integer()) == asked.Integer();
        }

        if (_end is not null)
        {
            long one = asked.DateTime(), two = TtlvItem.ReadValid(_end).DateTime();
            return item.DateTime() >= Math.Min(one, two) && item.DateTime() <= Math.Max(one, two);
        }

        return item.Encoded.SequenceEqual(asked.Encoded);
    }
}
