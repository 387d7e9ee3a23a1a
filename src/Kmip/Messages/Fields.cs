using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Messages;

/// <summary>
/// The rule for the fields of a structure (KMIP 1.1, 11.1): in the order of the specification, none twice unless it may, none that
/// is unknown.
/// </summary>
internal static class Fields
{
    /// <summary>Checks the children of a structure.</summary>
    /// <param name="structure">What was sent.</param>
    /// <param name="known">The fields in order; a negative tag may occur several times.</param>
    public static void Check(TtlvItem structure, params ReadOnlySpan<int> known)
    {
        var next = 0;
        foreach (var field in structure.Children())
        {
            var at = known[next..].IndexOfAny(field.Tag, -field.Tag);
            if (at >= 0)
            {
                next += at + (known[next + at] < 0 ? 0 : 1);
            }
            else if (known.IndexOfAny(field.Tag, -field.Tag) >= 0)
            {
                throw KmipException.Malformed($"{Tags.NameOf(field.Tag)} is there twice, or out of order, in {Tags.NameOf(structure.Tag)}");
            }
            else
            {
                throw new KmipException(
                    KmipResultReason.InvalidField, $"{Tags.NameOf(field.Tag)} is no field of {Tags.NameOf(structure.Tag)}");
            }
        }
    }
}
