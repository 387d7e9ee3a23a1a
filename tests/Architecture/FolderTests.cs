using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>The table of the control plane's folders in ARCHITECTURE.md is true: each folder knows only those above it.</summary>
public sealed partial class FolderTests
{
    private const string Top = "src/ControlPlane/";

    /// <summary>Folders as the table has them, from the ground up.</summary>
    private static readonly List<string> s_folders =
    [
        .. Repository.Lines("ARCHITECTURE.md").SkipWhile(l => l != "## Inside the control plane").Skip(1)
            .TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal))
            .Select(l => Row().Match(l)).Where(m => m.Success).Select(m => m.Groups["folder"].Value),
    ];

    private static readonly ILookup<string, string> s_files =
        Repository.Files(Top, "*.cs").ToLookup(f => f.LastIndexOf('/') < Top.Length ? "" : f[Top.Length..f.LastIndexOf('/')]);

    [Fact]
    public void EveryFolderHasARowAndEveryRowAFolder() => Assert.Equal(
        s_folders.Order(StringComparer.Ordinal),
        s_files.Select(g => g.Key).Except(["Store/Schema"], StringComparer.Ordinal).Order(StringComparer.Ordinal));

    [Fact]
    public void AFolderKnowsOnlyThoseAboveIt() => Rule.NobodyBreaksIt(
        from folder in s_folders.Index()
        from file in s_files[folder.Item]
        from known in s_folders.Skip(folder.Index + 1)
        where Names(known).IsMatch(Repository.Read(file))
        select $"{file} uses {known}, which is below it in the table");

    /// <summary>A using, a full name, or a name from the folder's parent on: <c>Vms.Queries.VmLookup</c>.</summary>
    private static Regex Names(string folder)
    {
        var name = Regex.Escape(folder.Replace('/', '.'));
        var types = string.Join('|', s_files[folder].Select(f => Path.GetFileName(f).Split('.')[0]).Distinct());
        return new Regex(
            $@"^using Lorica\.ControlPlane\.{name};|(?<![\w.])(Lorica\.ControlPlane\.)?{name}\.({types})\b",
            RegexOptions.Multiline);
    }

    [GeneratedRegex(@"^\| `(?<folder>[\w/]+)` \| [^|]+ \|$")]
    private static partial Regex Row();
}
