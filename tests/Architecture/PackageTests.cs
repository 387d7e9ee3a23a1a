using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>The list of packages is what is used, and each has its row in the document.</summary>
public sealed partial class PackageTests
{
    private static readonly string[] Pinned =
        [.. PinnedPackage().Matches(Repository.Read("Directory.Packages.props")).Select(m => m.Groups["name"].Value)];

    [Fact]
    public void Every_pinned_package_is_used()
    {
        var used = new[] { "src", "tests", "bench" }.SelectMany(f => Repository.Files(f, "*.csproj"))
            .Append("Directory.Build.props")
            .Append("tests/Directory.Build.props")
            .SelectMany(f => UsedPackage().Matches(Repository.Read(f)).Select(m => m.Groups["name"].Value))
            .ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(Pinned);
        Rule.NobodyBreaksIt(Pinned.Where(p => !used.Contains(p)));
    }

    [Fact]
    public void Every_pinned_package_has_its_row_in_the_document() =>
        Rule.NobodyBreaksIt(Pinned.Where(p => !Repository.Read("docs/dependencies.md").Contains(p, StringComparison.Ordinal)));

    [GeneratedRegex("PackageVersion Include=\"(?<name>[^\"]+)\"")]
    private static partial Regex PinnedPackage();

    [GeneratedRegex("PackageReference Include=\"(?<name>[^\"]+)\"")]
    private static partial Regex UsedPackage();
}
