using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server;

/// <summary>Attributes on their way into an object: from a Template-Attribute, or one by one later.</summary>
internal sealed class ObjectDraft(OperationContext context)
{
    private const int AlgorithmAes = 3;
    private readonly List<KmipStoredAttribute> _attributes = [];

    /// <summary>
    /// Takes all attributes of a Template-Attribute. Names of templates in it are refused: this server has none.
    /// </summary>
    public void TakeTemplate(TtlvItem template)
    {
        foreach (var child in template.Children())
        {
            switch (child.Tag)
            {
                case Tags.Attribute:
                    Take(child);
                    break;
                case Tags.Name:
                    throw new KmipException(KmipResultReason.ItemNotFound, "this server has no templates");
                default:
                    throw new KmipException(
                        KmipResultReason.InvalidField, $"{Tags.NameOf(child.Tag)} is no field of {Tags.NameOf(template.Tag)}");
            }
        }
    }

    /// <summary>The numeric value of an attribute taken, or null.</summary>
    public long? Number(string name) => _attributes.Find(a => a.Name == name) is { } found
        ? AttributeDecoder.Number(TtlvItem.ReadValid(found.Value.Span))
        : null;

    /// <summary>Algorithm and length as the key block of a registered key gives them; attributes must agree.</summary>
    public void Fix(string name, int value, Action<TtlvWriter> write)
    {
        if (Number(name) is { } given)
        {
            if (given != value)
            {
                throw new KmipException(KmipResultReason.InvalidField, $"{name} of attribute and key differ");
            }

            return;
        }

        using var writer = new TtlvWriter();
        write(writer);
        _attributes.Add(new(name, 0, writer.Written.ToArray()));
    }

    /// <summary>Checks that the attributes describe an AES key this server makes or takes; returns its length in bytes.</summary>
    public int SymmetricKeyBytes()
    {
        if (Number(AttributeNames.CryptographicAlgorithm) != AlgorithmAes)
        {
            throw new KmipException(KmipResultReason.InvalidField, "Cryptographic Algorithm must be AES");
        }

        if (Number(AttributeNames.CryptographicLength) is not (128 or 192 or 256) and { } length)
        {
            throw new KmipException(KmipResultReason.InvalidField, $"AES has no keys of {length} bits");
        }

        if (Number(AttributeNames.CryptographicUsageMask) is null)
        {
            throw new KmipException(KmipResultReason.InvalidField, "Cryptographic Usage Mask is missing");
        }

        return (int)(Number(AttributeNames.CryptographicLength)
            ?? throw new KmipException(KmipResultReason.InvalidField, "Cryptographic Length is missing")) / 8;
    }

    /// <summary>The object, Pre-Active or, with an Activation Date that has come, Active.</summary>
    public KmipObject ToObject(KmipObjectType type, int format, int dataType)
    {
        long now = context.Now;
        NameRules.Check(context, null, _attributes);
        var made = new KmipObject
        {
            UniqueIdentifier = context.NewIdentifier(),
            Owner = context.Client.Owner,
            Type = type,
            State = KmipKeyState.PreActive,
            KeyFormat = format,
            DataType = dataType,
            Attributes = [.. _attributes],
        };
        made = made.WithDate(AttributeNames.InitialDate, now).WithDate(AttributeNames.LastChangeDate, now);
        DateRules.Check(made);
        return made with { State = made.StateAt(now) };
    }

    private void Take(TtlvItem attribute)
    {
        Fields.Check(attribute, Tags.AttributeName, Tags.AttributeIndex, Tags.AttributeValue);
        string name = attribute.Need(Tags.AttributeName).Text();
        var index = attribute.Find(Tags.AttributeIndex);
        var rule = AttributeRule.Find(name, context.Version);
        if (rule is null || name.Length > ServerLimits.AttributeNameLength || !rule.Access.HasFlag(AttributeAccess.Set))
        {
            throw new KmipException(KmipResultReason.InvalidField, $"a client cannot set '{PrintableText.Escape(name, 64)}'");
        }

        var value = attribute.Find(Tags.AttributeValue);
        rule.CheckValue(value);
        int before = _attributes.Count(a => a.Name == name);
        if (before > 0 && !rule.Many)
        {
            throw new KmipException(KmipResultReason.InvalidField, $"'{name}' is there twice");
        }

        if (index.IsPresent && index.Integer() != before)
        {
            throw new KmipException(KmipResultReason.InvalidField, "Attribute Index does not count up from 0");
        }

        if (_attributes.Count == ServerLimits.Attributes)
        {
            throw new KmipException(
                KmipResultReason.IndexOutOfBounds, $"an object has at most {ServerLimits.Attributes} attributes");
        }

        _attributes.Add(new(name, before, value.Encoded.ToArray()));
    }
}
