using System.Globalization;
using System.Text;

namespace Lorica.Contracts.Names;

/// <summary>
/// Names that people give: of VMs, datacenters, clusters, folders, hosts, datastores, key providers, storage policies, tags,
/// users, groups and roles. One rule for whoever takes a name from a person, so that each can be one segment of a URL, be told
/// apart by who reads it, and never be taken for the id of something else.
/// </summary>
public static class NameRule
{
    /// <summary>The rule in words.</summary>
    public const string Text =
        "A name has 1 to 80 characters (200 bytes as UTF-8), no / or \\ (nor %2F), no control or invisible characters, no dot at "
            + "its start and no space at its ends, and does not look like an id or like KIND:NAME.";

    private const int MaximumCharacters = 80;
    private const int MaximumBytes = 200;
    private const int ContainerIdLength = 32;

    private static readonly string[] Containers = ["datacenter-", "cluster-", "folder-"];
    private static readonly string[] Prefixes =
        ["vm:", "host:", "folder:", "cluster:", "datacenter:", SegmentText.Prefix];

    /// <summary>Whether somebody may give a text as a name.</summary>
    public static bool Allows(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return CanBeFile(name)
            && !name.Contains("%2f", StringComparison.OrdinalIgnoreCase)
            && !name.Contains("%5c", StringComparison.OrdinalIgnoreCase)
            && !Array.Exists(Prefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase))
            && !LooksLikeId(name);
    }

    /// <summary>
    /// The part of the rule that files need. It alone holds for VMs that are brought with their files: these have their name, and
    /// are found by id and by path too.
    /// </summary>
    public static bool CanBeFile(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= MaximumCharacters
            && Encoding.UTF8.GetByteCount(name) <= MaximumBytes
            && name[0] != '.'
            && name.Trim().Length == name.Length
            && !name.AsSpan().ContainsAny("/\\")
            && name.EnumerateRunes().All(IsVisible);
    }

    /// <summary>A name for messages: what is not to be seen in it becomes a question mark.</summary>
    public static string Printable(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return string.Concat(name.EnumerateRunes().Take(MaximumCharacters).Select(r => IsVisible(r) ? r.ToString() : "?"));
    }

    private static bool LooksLikeId(string name) => Guid.TryParse(name, out _)
        || (Array.Find(Containers, c => name.StartsWith(c, StringComparison.OrdinalIgnoreCase)) is { } kind
            && name[kind.Length..] is var rest
            && (rest == "1" || (rest.Length == ContainerIdLength && rest.All(char.IsAsciiHexDigit))));

    private static bool IsVisible(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
