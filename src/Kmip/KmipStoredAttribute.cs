using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip;

/// <summary>One attribute of an object as a server keeps it.</summary>
/// <param name="Name">Attribute Name.</param>
/// <param name="Index">Attribute Index; 0 for single-valued attributes.</param>
/// <param name="Value">The Attribute Value item, encoded in TTLV; valid, since the server wrote it.</param>
public sealed record KmipStoredAttribute(string Name, int Index, ReadOnlyMemory<byte> Value)
{
    /// <summary>The value as text for people, in the form of <see cref="KmipAttribute.Text"/>.</summary>
    public string ToText()
    {
        try
        {
            TtlvValidator.ValidateItem(Value.Span);
            return AttributeDecoder.Text(TtlvItem.ReadValid(Value.Span));
        }
        catch (KmipException)
        {
            return "";
        }
    }

    /// <summary>Compares the bytes of the value.</summary>
    public bool Equals(KmipStoredAttribute? other) =>
        other is not null && Name == other.Name && Index == other.Index && Value.Span.SequenceEqual(other.Value.Span);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, Index, Value.Length);
}
