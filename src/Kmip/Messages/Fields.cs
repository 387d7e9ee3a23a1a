using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Messages;

/// <summary>
/// The rule for the fields of a structure (KMIP 1.1, 11.1): none twice unless it may, none that is unknown. Their order is that
/// of the specification, but real clients swap some, so it is asked for only where it tells broken messages from good ones.
/// </summary>
internal static class Fields
{
    /// <summary>Checks the children of a structure.</summary>
    /// <param name="structure">What was sent.</param>
    /// <param name="known">The fields; a negative tag may occur several times. At most 32.</param>
    public static void Check(TtlvItem structure, params ReadOnlySpan<int> known)
    {
        uint seen = 0u;
        foreach (var field in structure.Children())
        {
            int at = known.IndexOfAny(field.Tag, -field.Tag);
            if (at < 0)
            {
                throw new KmipException(
                    KmipResultReason.InvalidField, $"{Tags.NameOf(field.Tag)} is no field of {Tags.NameOf(structure.Tag)}");
            }

            uint bit = 1u << at;
            if ((seen & bit) != 0 && known[at] > 0)
            {
                throw KmipException.Malformed($"{Tags.NameOf(field.Tag)} is there twice in {Tags.NameOf(structure.Tag)}");
            }

            seen |= bit;
        }
    }

    /// <summary>Checks that a structure has exactly these fields in this order.</summary>
    public static void CheckExactly(TtlvItem structure, params ReadOnlySpan<int> fields)
    {
        int next = 0;
        foreach (var field in structure.Children())
        {
            if (next == fields.Length || fields[next++] != field.Tag)
            {
                throw KmipException.Malformed($"{Tags.NameOf(field.Tag)} is out of place in {Tags.NameOf(structure.Tag)}");
            }
        }

        if (next != fields.Length)
        {
            throw KmipException.Malformed($"{Tags.NameOf(structure.Tag)} lacks {Tags.NameOf(fields[next])}");
        }
    }
}
