using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>The table of the control plane's folders in ARCHITECTURE.md is true: each folder knows only those above it.</summary>
public sealed partial class FolderTests
{
    private const string Top = "src/ControlPlane/";

    /// <summary>Folders as the table has them, from the ground up.</summary>
    private static readonly List<string> Folders =
    [
        .. Repository.Lines("ARCHITECTURE.md").SkipWhile(l => l != "## Inside the control plane").Skip(1)
            .TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal))
            .Select(l => Row().Match(l)).Where(m => m.Success).Select(m => m.Groups["folder"].Value),
    ];

    private static readonly ILookup<string, string> Files =
        Repository.Files(Top, "*.cs").ToLookup(
            f => f.LastIndexOf('/') < Top.Length ? "" : FolderOf(f[Top.Length..f.LastIndexOf('/')]));

    [Fact]
    public void Every_folder_has_a_row_and_every_row_a_folder() => Assert.Equal(
        Folders.Order(StringComparer.Ordinal),
        Files.Select(g => g.Key).Except(["Store/Schema"], StringComparer.Ordinal).Order(StringComparer.Ordinal));

    [Fact]
    public void A_folder_knows_only_those_above_it() => Rule.NobodyBreaksIt(
        from folder in Folders.Index()
        from file in Files[folder.Item]
        from known in Folders.Skip(folder.Index + 1)
        where Names(known).IsMatch(Repository.Read(file))
        select $"{file} uses {known}, which is below it in the table");

    /// <summary>The folders of operations count as one.</summary>
    private static string FolderOf(string path) =>
        path.StartsWith("Vms/Operations/", StringComparison.Ordinal) ? "Vms/Operations" : path;

    /// <summary>A using, a full name, or a name from the folder's parent on: <c>Vms.Queries.VmLookup</c>.</summary>
    private static Regex Names(string folder)
    {
        string name = Regex.Escape(folder.Replace('/', '.'));
        string types = string.Join('|', Files[folder].Select(f => Path.GetFileName(f).Split('.')[0]).Distinct());
        return new Regex(
            $@"^using Lorica\.ControlPlane\.{name}(\.\w+)?;|(?<![\w.])(Lorica\.ControlPlane\.)?{name}\.({types})\b",
            RegexOptions.Multiline);
    }

    [GeneratedRegex(@"^\| `(?<folder>[\w/]+)` \| [^|]+ \|$")]
    private static partial Regex Row();
}
