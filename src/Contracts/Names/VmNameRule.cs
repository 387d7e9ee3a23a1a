using System.Globalization;
using System.Text;

namespace Lorica.Contracts.Names;

/// <summary>
/// Names of VMs: one rule for whoever takes a name from a person, and for whoever makes folders and files of it.
/// </summary>
public static class VmNameRule
{
    /// <summary>The rule in words.</summary>
    public const string Text =
        "The name of a VM has 1 to 80 characters (200 bytes as UTF-8), no / or \\, no control or invisible characters, no dot at "
            + "its start and no space at its ends.";

    private const int MaximumCharacters = 80;
    private const int MaximumBytes = 200;

    /// <summary>Whether a text can be the name of a VM.</summary>
    public static bool Allows(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= MaximumCharacters
            && Encoding.UTF8.GetByteCount(name) <= MaximumBytes
            && name[0] != '.'
            && name.Trim().Length == name.Length
            && !name.AsSpan().ContainsAny("/\\")
            && name.EnumerateRunes().All(IsVisible);
    }

    private static bool IsVisible(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
