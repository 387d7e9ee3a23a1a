using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server;

/// <summary>
/// The attributes of an object as a client of some version sees them: stored ones and those that follow from the object.
/// </summary>
internal static class ObjectAttributes
{
    /// <summary>
    /// All attributes, in the order of <see cref="AttributeRule.All"/>, the client's own last. Those that say what may leave the
    /// server and that nobody set are told to who asks for them by name: clients are known that stop at names that they do not
    /// know.
    /// </summary>
    public static List<KmipStoredAttribute> Of(KmipObject o, KmipVersion version, long now, IReadOnlySet<string>? asked = null)
    {
        var all = new List<KmipStoredAttribute>(o.Attributes.Count + 3);
        foreach (var rule in AttributeRule.All)
        {
            var untold = rule.Name is AttributeNames.Sensitive or AttributeNames.AlwaysSensitive or AttributeNames.Extractable
                    or AttributeNames.NeverExtractable
                && asked?.Contains(rule.Name) != true && o.Number(rule.Name) is null;
            if (rule.SinceMinor <= version.Minor && !untold)
            {
                all.AddRange(Named(o, rule.Name, now));
            }
        }

        all.AddRange(o.Attributes.Where(a => a.Name.StartsWith("x-", StringComparison.Ordinal)));
        return all;
    }

    /// <summary>All instances of one attribute, by index.</summary>
    public static IEnumerable<KmipStoredAttribute> Named(KmipObject o, string name, long now) => name switch
    {
        AttributeNames.UniqueIdentifier => [Derived(name, w => w.Text(Tags.AttributeValue, o.UniqueIdentifier))],
        AttributeNames.ObjectType => [Derived(name, w => w.Enumeration(Tags.AttributeValue, (int)o.Type))],
        AttributeNames.State => [Derived(name, w => w.Enumeration(Tags.AttributeValue, (int)o.StateAt(now)))],

        // Set once, at the start, so "always" and "never" are what it is now (KMIP 1.4, 3.48 to 3.51).
        AttributeNames.Sensitive or AttributeNames.AlwaysSensitive =>
            [Derived(name, w => w.Boolean(Tags.AttributeValue, o.Number(AttributeNames.Sensitive) == 1))],
        AttributeNames.Extractable => [Derived(name, w => w.Boolean(Tags.AttributeValue, o.Number(name) != 0))],
        AttributeNames.NeverExtractable =>
            [Derived(name, w => w.Boolean(Tags.AttributeValue, o.Number(AttributeNames.Extractable) == 0))],
        _ => o.Attributes.Where(a => a.Name == name).OrderBy(a => a.Index),
    };

    /// <summary>Writes one Attribute; the index only where there can be several (KMIP 1.1, 2.1.1).</summary>
    public static void Write(TtlvWriter writer, KmipStoredAttribute attribute, KmipVersion version)
    {
        writer.Begin(Tags.Attribute);
        writer.Text(Tags.AttributeName, attribute.Name);
        if (AttributeRule.Find(attribute.Name, version) is { Many: true })
        {
            writer.Integer(Tags.AttributeIndex, attribute.Index);
        }

        writer.Raw(attribute.Value.Span);
        writer.End();
    }

    private static KmipStoredAttribute Derived(string name, Action<TtlvWriter> write)
    {
        using var writer = new TtlvWriter();
        write(writer);
        return new(name, 0, writer.Written.ToArray());
    }
}
