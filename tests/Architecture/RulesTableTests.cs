using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>
/// <c>docs/protocols/rules.md</c>, and the unusual answers of <c>docs/protocols/kmip.md</c>: each rule names the tests that hold
/// it.
/// </summary>
public sealed partial class RulesTableTests
{
    private const string Document = "docs/protocols/rules.md";
    private const string Answers = "docs/protocols/kmip.md";

    private static readonly IReadOnlyList<string> Tests = Repository.Files("tests", "*Tests.cs");

    public static TheoryData<string> Rows =>
    [
        .. Repository.Lines(Document)
            .Concat(Repository.Lines(Answers).SkipWhile(l => l != "## Unusual answers").Skip(1)
                .TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal)))
            .Where(l => l.StartsWith("| ", StringComparison.Ordinal)
            && !l.StartsWith("| ---", StringComparison.Ordinal) && !l.EndsWith("| held by |", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_rule_is_held_by_tests_that_exist(string row)
    {
        string held = row.TrimEnd('|', ' ').Split(" | ")[^1];
        var names = Named().Matches(held);
        Assert.True(names.Count > 0, "no test is named");
        Assert.Equal(names.Count, held.Split('`').Length / 2);
        Rule.NobodyBreaksIt(names.Where(n => !Exists(n.Groups["room"].Value, n.Groups["class"].Value, n.Groups["method"].Value))
            .Select(n => n.Value));
    }

    [Fact]
    public void Each_fault_of_the_original_its_events_and_the_alarms_have_a_row()
    {
        string text = Repository.Read(Document);
        var faults = Repository.Files("src", "*.cs").SelectMany(f => FaultKey().Matches(Repository.Read(f)));
        var ids = new[] { "src/ControlPlane/Audit/EventIds.cs", "src/ControlPlane/Alarms/AlarmIds.cs" }
            .SelectMany(f => Constant().Matches(Repository.Read(f)));
        Rule.NobodyBreaksIt(faults.Concat(ids).Select(m => m.Groups[1].Value).Distinct().Where(id => !IsOurs(id))
            .Where(id => !text.Contains($"`{id}`", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    /// <summary>Ids that the original does not have, beside the alarms.</summary>
    private static bool IsOurs(string id) =>
        id.StartsWith("lorica.", StringComparison.Ordinal) || id.StartsWith("vim.event.", StringComparison.Ordinal);

    private static bool Exists(string room, string type, string method)
    {
        var test = new Regex($@"\[(Fact|Theory)[^\]]*\](\s*\[[^\]]*\][^\n]*)*\s*public (async )?(Task|void) {method}\(");
        return Tests.Any(f => f.StartsWith($"tests/{room}/", StringComparison.Ordinal)
            && f.EndsWith($"/{type}.cs", StringComparison.Ordinal) && test.IsMatch(Repository.Read(f)));
    }

    [GeneratedRegex(@"`(?<room>[A-Za-z]+)/(?<class>[A-Za-z0-9]+)\.(?<method>[A-Za-z0-9_]+)`")]
    private static partial Regex Named();

    [GeneratedRegex("\"(msg\\.[A-Za-z]+\\.[A-Za-z.]+)\"")]
    private static partial Regex FaultKey();

    [GeneratedRegex("const string [A-Za-z]+ = \"([^\"]+)\";")]
    private static partial Regex Constant();
}
