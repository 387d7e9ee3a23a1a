using System.Collections.Immutable;
using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip;

/// <summary>All that a server knows of a managed object but its material. Immutable: a change makes a new one.</summary>
public sealed record KmipObject
{
    /// <summary>Opaque, never reused.</summary>
    public required string UniqueIdentifier { get; init; }

    /// <summary>Who made it: <see cref="KmipClientIdentity.Owner"/>. Nobody else learns that it exists.</summary>
    public required string Owner { get; init; }

    /// <summary>What it is.</summary>
    public required KmipObjectType Type { get; init; }

    /// <summary>The state as last written; <see cref="StateAt"/> also looks at the dates.</summary>
    public required KmipKeyState State { get; init; }

    /// <summary>Key Format Type of the material (KMIP 1.4, 9.1.3.2.3); 0 for opaque objects.</summary>
    public int KeyFormat { get; init; }

    /// <summary>Secret Data Type or Opaque Data Type; 0 for keys.</summary>
    public int DataType { get; init; }

    /// <summary>All other attributes, dates included, in no order of meaning.</summary>
    public ImmutableList<KmipStoredAttribute> Attributes { get; init; } = [];

    /// <summary>True when the material is gone.</summary>
    public bool IsDestroyed => State is KmipKeyState.Destroyed or KmipKeyState.DestroyedCompromised;

    /// <summary>
    /// The state at a time: an Activation Date that has come makes Pre-Active Active, a Deactivation Date Active Deactivated
    /// (KMIP 1.1, 3.22, transitions 4 and 6).
    /// </summary>
    /// <param name="now">Seconds since 1970.</param>
    public KmipKeyState StateAt(long now)
    {
        var state = State;
        if (state == KmipKeyState.PreActive && Number(AttributeNames.ActivationDate) <= now)
        {
            state = KmipKeyState.Active;
        }

        return state == KmipKeyState.Active && Number(AttributeNames.DeactivationDate) <= now ? KmipKeyState.Deactivated : state;
    }

    /// <summary>Values of its Names.</summary>
    public IReadOnlyList<string> Names =>
    [
        .. Attributes.Where(a => a.Name == AttributeNames.Name)
            .Select(a => TtlvItem.ReadValid(a.Value.Span).Need(Tags.NameValue).Text()),
    ];

    /// <summary>A numeric attribute, or null.</summary>
    internal long? Number(string name)
    {
        foreach (var attribute in Attributes)
        {
            if (attribute.Name == name)
            {
                return AttributeDecoder.Number(TtlvItem.ReadValid(attribute.Value.Span));
            }
        }

        return null;
    }

    /// <summary>The same object with a single-valued attribute set to what <paramref name="write"/> writes.</summary>
    internal KmipObject With(string name, Action<TtlvWriter> write)
    {
        using var writer = new TtlvWriter();
        write(writer);
        var attribute = new KmipStoredAttribute(name, 0, writer.Written.ToArray());
        return this with { Attributes = Attributes.RemoveAll(a => a.Name == name).Add(attribute) };
    }

    /// <summary>The same object with a date set.</summary>
    internal KmipObject WithDate(string name, long seconds) => With(name, w => w.DateTime(Tags.AttributeValue, seconds));
}
