using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>The list of packages is what is used, and each has its row in the document.</summary>
public sealed partial class PackageTests
{
    private static readonly string[] s_pinned =
        [.. Pinned().Matches(Repository.Read("Directory.Packages.props")).Select(m => m.Groups["name"].Value)];

    [Fact]
    public void EveryPinnedPackageIsUsed()
    {
        var used = new[] { "src", "tests", "bench" }.SelectMany(f => Repository.Files(f, "*.csproj"))
            .Append("Directory.Build.props")
            .Append("tests/Directory.Build.props")
            .SelectMany(f => Used().Matches(Repository.Read(f)).Select(m => m.Groups["name"].Value))
            .ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(s_pinned);
        Rule.NobodyBreaksIt(s_pinned.Where(p => !used.Contains(p)));
    }

    [Fact]
    public void EveryPinnedPackageHasItsRowInTheDocument() =>
        Rule.NobodyBreaksIt(s_pinned.Where(p => !Repository.Read("docs/dependencies.md").Contains(p, StringComparison.Ordinal)));

    [GeneratedRegex("PackageVersion Include=\"(?<name>[^\"]+)\"")]
    private static partial Regex Pinned();

    [GeneratedRegex("PackageReference Include=\"(?<name>[^\"]+)\"")]
    private static partial Regex Used();
}
