using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>
/// What a center keeps in its memory stands in one list of ARCHITECTURE.md: whoever puts a second center beside it begins there.
/// </summary>
public sealed partial class ProcessMemoryTests
{
    private static readonly string[] Rooms = ["Center", "ControlPlane", "Model", "Store"];

    private static readonly string Section = List().Match(Repository.Read("ARCHITECTURE.md")).Value;
    private static readonly IReadOnlyList<string> Listed = [.. Name().Matches(Section).Select(m => m.Groups[1].Value)];

    [Fact]
    public void Who_keeps_something_between_calls_is_on_the_list()
    {
        var names = Listed.Select(n => n.Split('/')[^1]).ToHashSet(StringComparer.Ordinal);
        Rule.NobodyBreaksIt(Rooms.SelectMany(r => Repository.Files($"src/{r}", "*.cs"))
            .Where(f => Kept().IsMatch(Repository.Read(f)) && !names.Contains(Path.GetFileName(f).Split('.')[0])));
    }

    [Fact]
    public void Whatever_is_on_the_list_is_a_type_of_the_center()
    {
        Assert.NotEmpty(Listed);
        var files = Repository.Files("src", "*.cs").Select(f => f["src/".Length..^".cs".Length]).ToList();
        Rule.NobodyBreaksIt(Listed.Where(n => !files.Any(f => f == n || (!n.Contains('/') && Path.GetFileName(f) == n))));
    }

    [GeneratedRegex(@"(?s)\n### What one center keeps to itself\n.*?(?=\n## )")]
    private static partial Regex List();

    /// <summary>Names in capitals: types, with the folders before them or alone.</summary>
    [GeneratedRegex(@"`((?:[A-Z]\w+/)*[A-Z]\w+)`")]
    private static partial Regex Name();

    /// <summary>A field that several calls share: a gate, a lock, a map for many, a limiter, a static that changes.</summary>
    [GeneratedRegex(@"(?m)^    private (?:static )?(?:readonly )?(?:SemaphoreSlim|Lock|"
        + @"(?:ConcurrentDictionary|ConcurrentQueue|PartitionedRateLimiter|AsyncLocal)<.*>)\s"
        + @"|^    (?:private|internal|public) static (?:volatile )?[\w<>?\[\], ]+ _\w+\b")]
    private static partial Regex Kept();
}
