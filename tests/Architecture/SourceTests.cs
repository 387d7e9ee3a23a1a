using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>Rules of the sources that no analyzer holds.</summary>
public sealed partial class SourceTests
{
    /// <summary>
    /// Where a program speaks on its own standard output or error: ready lines, usage, answers of start commands, a log.
    /// </summary>
    private static readonly string[] s_mayUseConsole =
    [
        "src/Broker/Program.cs", "src/Center/Program.cs", "src/Host/Program.cs", "src/Kms/Program.cs", "src/Vmx/Program.cs",
        "src/Center/Hosting/AdminPasswordCommand.cs", "src/Center/Hosting/InitCommand.cs", "src/Center/Hosting/IssueCommand.cs",
        "src/Center/Hosting/RunCommand.cs",
        "src/Vmx/Log.cs",
    ];

    private static readonly IReadOnlyList<string> s_product = Repository.Files("src", "*.cs");
    private static readonly IReadOnlyList<string> s_all = [.. s_product, .. Repository.Files("tests", "*.cs")];

    [Fact]
    public void NoFileHasMoreThan500Lines() => Rule.NobodyBreaksIt(s_all.Where(f => Repository.Lines(f).Length > 500));

    /// <summary>But for raw strings: what is in them is somebody else's line.</summary>
    [Fact]
    public void NoLineIsLongerThan130Characters() => Rule.NobodyBreaksIt(
        s_all.Concat(Repository.Files("bench", "*.cs")).SelectMany(LongLines));

    [Fact]
    public void TheNamespaceIsTheFolder() => Rule.NobodyBreaksIt(s_product
        .Select(f => (File: f, Namespace: NamespaceLine().Match(Repository.Read(f))))
        .Where(f => f.Namespace.Success && f.Namespace.Groups["name"].Value != NamespaceFor(f.File))
        .Select(f => $"{f.File}: {f.Namespace.Groups["name"].Value}"));

    [Fact]
    public void NothingIsLeftUnfinished() => Rule.NobodyBreaksIt(Found(s_product, Unfinished()));

    [Fact]
    public void NoTestIsSkippedOrSleeps() => Rule.NobodyBreaksIt(Found(
        Repository.Files("tests", "*.cs").Where(f => Repository.RoomOf(f) != "Architecture"), SkippedOrSleeping()));

    [Fact]
    public void OnlyTheCommandLineUsesTheConsole() => Rule.NobodyBreaksIt(Found(
        s_product.Where(f => Repository.RoomOf(f) != "Cli" && !s_mayUseConsole.Contains(f)), UsesConsole()));

    [Fact]
    public void NoFileNamesAFolderOfTheMachineItWasWrittenOn() => Rule.NobodyBreaksIt(Found(s_product, MachinePath()));

    [Fact]
    public void EachNumberOfALogMessageStandsForOneMessage() => Rule.NobodyBreaksIt(s_product
        .SelectMany(f => LogNumber().Matches(Repository.Read(f)).Select(m => (File: f, Number: m.Groups["number"].Value)))
        .GroupBy(m => m.Number, StringComparer.Ordinal).Where(g => g.Count() > 1)
        .Select(g => $"{g.Key}: {string.Join(", ", g.Select(m => m.File))}"));

    [Fact]
    public void ALogMessageHasItsNumberWhereTheRuleLooksForIt() => Rule.NobodyBreaksIt(s_product
        .Where(f => AnyLogMessage().Count(Repository.Read(f)) != LogNumber().Count(Repository.Read(f))));

    /// <summary>A lease that is measured by a clock which stands still in a suspended machine looks valid on waking.</summary>
    [Theory]
    [InlineData("src/Host/Program.cs")]
    [InlineData("src/Vmx/Program.cs")]
    public void WhoHoldsALeaseCountsTheTimeThatItsMachineSleeps(string program) =>
        Assert.Matches(LeaseClock(), Repository.Read(program));

    /// <summary>Only <c>VmHome</c> opens a VM's folder: under the right to change it.</summary>
    [Fact]
    public void AVmsFolderIsOpenedUnderTheRightToChangeIt() =>
        Rule.NobodyBreaksIt(Found(s_product.Where(f => Repository.RoomOf(f) == "Host"), FolderWithoutRight()));

    private static IEnumerable<string> LongLines(string file)
    {
        var raw = false;
        foreach (var (index, line) in Repository.Lines(file).Index())
        {
            var marks = RawMark().Count(line);
            if (line.Length > 130 && !raw && marks == 0)
            {
                yield return $"{file}:{index + 1}: {line.Length} characters";
            }

            raw ^= marks % 2 == 1;
        }
    }

    private static string NamespaceFor(string path) => string.Join('.', ["Lorica", .. path.Split('/')[1..^1]]);

    private static IEnumerable<string> Found(IEnumerable<string> files, Regex pattern) =>
        from file in files
        from line in Repository.Lines(file).Index()
        where pattern.IsMatch(line.Item)
        select $"{file}:{line.Index + 1}: {line.Item.Trim()}";

    [GeneratedRegex(@"(HostServer\.StartAsync|new VirtualMachine)\([^;]*BootTimeProvider\.Instance\)")]
    private static partial Regex LeaseClock();

    [GeneratedRegex(@"Folder\.Open\([\w.]*[Hh]ome\.Path\b")]
    private static partial Regex FolderWithoutRight();

    [GeneratedRegex("\"{3,}")]
    private static partial Regex RawMark();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"\b(NotImplementedException|TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\bThread\.Sleep\b|\bSkip\s*=\s*""")]
    private static partial Regex SkippedOrSleeping();

    [GeneratedRegex(@"(?<![\w.])Console\.(Write|Read|Out\b|Error\b|In\b|Open)")]
    private static partial Regex UsesConsole();

    [GeneratedRegex("\"/(home|root|work|Users)/")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(EventId\s*=\s*)?(?<number>\d+)\b", RegexOptions.ExplicitCapture)]
    private static partial Regex LogNumber();

    [GeneratedRegex(@"\[LoggerMessage\b")]
    private static partial Regex AnyLogMessage();
}
