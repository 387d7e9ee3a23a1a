using System.Globalization;
using System.Text;
using Lorica.Host.Refusals;

namespace Lorica.Host.Creation;

/// <summary>Names of VMs as people give them, and the names of folders and files made from them.</summary>
internal static class VmName
{
    private const int MaximumCharacters = 80, MaximumFileName = 60;

    /// <summary>
    /// 1 to 80 characters, no <c>/</c> or <c>\</c>, no control or invisible characters, no leading dot, no outer spaces.
    /// </summary>
    public static string Check(string name)
    {
        bool good = name.Length is > 0 and <= MaximumCharacters
            && name[0] != '.'
            && name.Trim().Length == name.Length
            && !name.AsSpan().ContainsAny("/\\")
            && name.EnumerateRunes().All(IsVisible);
        return good ? name : throw Refuse.Argument("name",
            "The name of a VM has 1 to 80 characters, no / or \\, no control characters, no dot at its start and no space at its ends.",
            "Use another name.");
    }

    /// <summary>
    /// A file name for a VM: letters, digits, <c>.</c>, <c>_</c> and <c>-</c> stay, all else becomes <c>_</c>. Not unique:
    /// <paramref name="attempt"/> above 0 adds a number.
    /// </summary>
    public static string ToFileName(string name, int attempt)
    {
        var text = new StringBuilder();
        foreach (char c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_');
        if (text.Length > MaximumFileName)
            text.Length = MaximumFileName;
        if (text[0] is '-' or '.')
            text[0] = '_';

        // A disk of this name must not look like another disk's data file.
        if (text.ToString().EndsWith("-flat", StringComparison.OrdinalIgnoreCase))
            text.Append('_');
        return attempt == 0 ? text.ToString() : string.Create(CultureInfo.InvariantCulture, $"{text}_{attempt}");
    }

    private static bool IsVisible(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
