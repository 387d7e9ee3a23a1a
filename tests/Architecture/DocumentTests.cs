using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>Documents lead where they say.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Documents =>
        [.. Directory.GetFiles(Repository.Root, "*.md").Select(f => Path.GetFileName(f)!).Concat(Repository.Files("docs", "*.md"))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_to_a_file_of_the_repository_leads_to_one(string document)
    {
        string folder = Path.GetDirectoryName(Repository.Full(document))!;
        Rule.NobodyBreaksIt(Link().Matches(Repository.Read(document)).Select(m => m.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#')
                && !target.StartsWith("mailto:", StringComparison.Ordinal))
            .Select(target => target.Split('#')[0])
            .Where(target => !Path.Exists(Path.Combine(folder, target))));
    }

    [Fact]
    public void The_makefile_describes_every_target() =>
        Assert.All(Targets().Matches(Repository.Read("Makefile")).Select(m => m.Value), line => Assert.Matches("## .+", line));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?m)^[a-z-]+:.*$")]
    private static partial Regex Targets();
}
