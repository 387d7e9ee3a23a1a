using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>Rules of the sources that no analyzer holds.</summary>
public sealed partial class SourceTests
{
    /// <summary>
    /// Where a program speaks on its own standard output or error: ready lines, usage, answers of start commands, a log.
    /// </summary>
    private static readonly string[] MayUseConsole =
    [
        "src/Broker/Program.cs", "src/Center/Program.cs", "src/Host/Program.cs", "src/Kms/Program.cs", "src/Vmx/Program.cs",
        "src/Center/Hosting/AdminPasswordCommand.cs", "src/Center/Hosting/InitCommand.cs", "src/Center/Hosting/IssueCommand.cs",
        "src/Center/Hosting/RunCommand.cs",
        "src/Vmx/Log.cs",
    ];

    private static readonly string[] Larger =
    [
        "src/Broker/Service/KeyBrokerService",
        "src/Cli/Rest/CenterClient",
        "src/Crypto/Native/AesNiXts",
        "src/Kmip/KmipClient",
        "src/Nbd/Sessions/NbdSession",
        "tests/System/Model/World",
    ];

    private static readonly IReadOnlyList<string> Product = Repository.Files("src", "*.cs");
    private static readonly IReadOnlyList<string> All = [.. Product, .. Repository.Files("tests", "*.cs")];

    [Fact]
    public void No_file_has_more_than_500_lines() => Rule.NobodyBreaksIt(All.Where(f => Repository.Lines(f).Length > 500));

    /// <summary>A type that is split into parts counts whole. The list of the larger ones may only become shorter.</summary>
    [Fact]
    public void No_type_has_more_than_500_lines()
    {
        var large = All.GroupBy(f => $"{Path.GetDirectoryName(f)}/{Path.GetFileName(f).Split('.')[0]}", StringComparer.Ordinal)
            .Where(g => g.Sum(f => Repository.Lines(f).Length) > 500).Select(g => g.Key).Order(StringComparer.Ordinal);
        Assert.Equal(Larger, large);
    }

    [Fact]
    public void A_tests_name_is_a_sentence_in_words() => Rule.NobodyBreaksIt(
        from file in Repository.Files("tests", "*.cs")
        from Match test in TestName().Matches(Repository.Read(file))
        where !test.Groups["name"].Value.Contains('_') && OneLongWord().IsMatch(test.Groups["name"].Value)
        select $"{file}: {test.Groups["name"].Value}");

    /// <summary>But for raw strings: what is in them is somebody else's line.</summary>
    [Fact]
    public void No_line_is_longer_than_130_characters() => Rule.NobodyBreaksIt(
        All.Concat(Repository.Files("bench", "*.cs")).SelectMany(LongLines));

    [Fact]
    public void The_namespace_is_the_folder() => Rule.NobodyBreaksIt(Product
        .Select(f => (File: f, Namespace: NamespaceLine().Match(Repository.Read(f))))
        .Where(f => f.Namespace.Success && f.Namespace.Groups["name"].Value != NamespaceFor(f.File))
        .Select(f => $"{f.File}: {f.Namespace.Groups["name"].Value}"));

    [Fact]
    public void Nothing_is_left_unfinished() => Rule.NobodyBreaksIt(Found(Product, Unfinished()));

    [Fact]
    public void No_test_is_skipped_or_sleeps() => Rule.NobodyBreaksIt(Found(
        Repository.Files("tests", "*.cs").Where(f => Repository.RoomOf(f) != "Architecture"), SkippedOrSleeping()));

    [Fact]
    public void Only_the_command_line_uses_the_console() => Rule.NobodyBreaksIt(Found(
        Product.Where(f => Repository.RoomOf(f) != "Cli" && !MayUseConsole.Contains(f)), UsesConsole()));

    /// <summary>Whoever asks the database asks a class of <c>Store/Queries</c>.</summary>
    [Fact]
    public void Only_the_store_knows_its_engine() => Rule.NobodyBreaksIt(Found(
        Product.Where(f => Repository.RoomOf(f) != "Store"), NamesEngine()));

    [Fact]
    public void No_file_names_a_folder_of_the_machine_it_was_written_on() => Rule.NobodyBreaksIt(Found(Product, MachinePath()));

    [Fact]
    public void Each_number_of_a_log_message_stands_for_one_message() => Rule.NobodyBreaksIt(Product
        .SelectMany(f => LogNumber().Matches(Repository.Read(f)).Select(m => (File: f, Number: m.Groups["number"].Value)))
        .GroupBy(m => m.Number, StringComparer.Ordinal).Where(g => g.Count() > 1)
        .Select(g => $"{g.Key}: {string.Join(", ", g.Select(m => m.File))}"));

    [Fact]
    public void A_log_message_has_its_number_where_the_rule_looks_for_it() => Rule.NobodyBreaksIt(Product
        .Where(f => AnyLogMessage().Count(Repository.Read(f)) != LogNumber().Count(Repository.Read(f))));

    /// <summary>A lease that is measured by a clock which stands still in a suspended machine looks valid on waking.</summary>
    [Theory]
    [InlineData("src/Host/Program.cs")]
    [InlineData("src/Vmx/Program.cs")]
    public void Who_holds_a_lease_counts_the_time_that_its_machine_sleeps(string program) =>
        Assert.Matches(LeaseClock(), Repository.Read(program));

    /// <summary>Only <c>VmHome</c> opens a VM's folder: under the right to change it.</summary>
    [Fact]
    public void A_vms_folder_is_opened_under_the_right_to_change_it() =>
        Rule.NobodyBreaksIt(Found(Product.Where(f => Repository.RoomOf(f) == "Host"), FolderWithoutRight()));

    private static IEnumerable<string> LongLines(string file)
    {
        bool raw = false;
        foreach (var (index, line) in Repository.Lines(file).Index())
        {
            int marks = RawMark().Count(line);
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

    [GeneratedRegex(@"\[(Fact|Theory)\b[^\n]*\n(\s*(\[|//)[^\n]*\n)*\s*public [^(\n]*? (?<name>\w+)\(")]
    private static partial Regex TestName();

    [GeneratedRegex("[a-z0-9]([A-Z][a-z0-9]+){2}")]
    private static partial Regex OneLongWord();

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

    [GeneratedRegex(@"EntityFrameworkCore|Data\.Sqlite|System\.Data\b|\b[dD]b\.Raw\b|\bIQueryable\b")]
    private static partial Regex NamesEngine();

    [GeneratedRegex("\"/(home|root|work|Users)/")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(EventId\s*=\s*)?(?<number>\d+)\b", RegexOptions.ExplicitCapture)]
    private static partial Regex LogNumber();

    [GeneratedRegex(@"\[LoggerMessage\b")]
    private static partial Regex AnyLogMessage();
}
