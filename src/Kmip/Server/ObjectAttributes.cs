using System.Security.Cryptography;
using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server;

/// <summary>
/// The attributes of an object as a client of some version sees them: stored ones and those that follow from the object.
/// </summary>
internal static class ObjectAttributes
{
    private const int HashingSha256 = 6;

    /// <summary>
    /// All attributes, in the order of <see cref="AttributeRule.All"/>, the client's own last. Those that say what may leave the
    /// server and that nobody set are told to who asks for them by name: clients are known that stop at names that they do not
    /// know.
    /// </summary>
    /// <param name="o">The object.</param>
    /// <param name="version">The client's.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="digest">Its Digest, which is not kept but made of the material; null leaves it out.</param>
    /// <param name="asked">Names that the client gave.</param>
    public static List<KmipStoredAttribute> Of(
        KmipObject o, KmipVersion version, long now, KmipStoredAttribute? digest, IReadOnlySet<string>? asked = null)
    {
        var all = new List<KmipStoredAttribute>(o.Attributes.Count + 3);
        foreach (var rule in AttributeRule.All)
        {
            bool untold = rule.Name is AttributeNames.Sensitive or AttributeNames.AlwaysSensitive or AttributeNames.Extractable
                    or AttributeNames.NeverExtractable
                && asked?.Contains(rule.Name) != true && o.Number(rule.Name) is null;
            if (rule.Name == AttributeNames.Digest && digest is not null)
            {
                all.Add(digest);
            }
            else if (rule.SinceMinor <= version.Minor && !untold)
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

    /// <summary>
    /// The Digest (KMIP 1.4, 3.17): SHA-256 of the material, with the format that it is kept in from 1.1 on. It is made when
    /// it is asked for, so objects of any age have it, and no digest of a short secret lies readable beside the sealed material.
    /// A destroyed object has none.
    /// </summary>
    public static KmipStoredAttribute? Digest(KmipObject o, KmipVersion version, IKmipObjectStore store)
    {
        if (o.IsDestroyed)
        {
            return null;
        }

        byte[] value = new byte[SHA256.HashSizeInBytes];
        store.Read(o.UniqueIdentifier, material => SHA256.HashData(material, value));
        return Derived(AttributeNames.Digest, w =>
        {
            w.Begin(Tags.AttributeValue);
            w.Enumeration(Tags.HashingAlgorithm, HashingSha256);
            w.Bytes(Tags.DigestValue, value);
            if (version.Minor >= 1 && o.KeyFormat != 0)
            {
                w.Enumeration(Tags.KeyFormatType, o.KeyFormat);
            }

            w.End();
        });
    }

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
