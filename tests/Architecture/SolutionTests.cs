using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Lorica.Architecture.Tests;

/// <summary>Nothing is left out of the build or of the tests.</summary>
public sealed partial class SolutionTests
{
    private const string Equipment = "tests/Testing/Lorica.Testing.csproj";

    /// <summary>Programs that help a test project live in folders of it and are built because it references them.</summary>
    private static IEnumerable<string> TestProjects =>
        Repository.Files("tests", "*.csproj").Where(f => f.Count(c => c == '/') == 2);

    [Fact]
    public void The_solution_names_every_room_and_every_test_project()
    {
        var named = XDocument.Parse(Repository.Read("Lorica.slnx")).Descendants("Project")
            .Select(e => (string)e.Attribute("Path")!);
        Rule.NobodyBreaksIt(Repository.Files("src", "*.csproj").Concat(TestProjects).Except(named, StringComparer.Ordinal));
    }

    [Fact]
    public void A_test_project_is_named_after_its_folder() =>
        Rule.NobodyBreaksIt(TestProjects.Where(
            f => f != Equipment && f != $"tests/{Repository.RoomOf(f)}/Lorica.{Repository.RoomOf(f)}.Tests.csproj"));

    /// <summary>What several test projects need lives once, in a library beside them.</summary>
    [Fact]
    public void Test_equipment_is_a_library_that_is_no_test_program_and_knows_few_rooms()
    {
        var project = new ProjectFile(Equipment);
        Assert.Equal(("Library", "false"), (project.Property("OutputType"), project.Property("IsTestProject")));
        Assert.Equal(["Disks", "Kmip", "Nbd", "Platform"], project.Rooms.Order(StringComparer.Ordinal));
        Assert.DoesNotMatch(
            @"\[(Fact|Theory)\b", string.Concat(Repository.Files("tests/Testing", "*.cs").Select(Repository.Read)));
    }

    /// <summary>Neither as a reference nor as a source.</summary>
    [Fact]
    public void Nothing_that_ships_knows_test_equipment()
    {
        Rule.NobodyBreaksIt(Repository.Files("src", "*.csproj")
            .Where(f => Repository.Read(f).Contains("tests/", StringComparison.Ordinal)));
        Rule.NobodyBreaksIt(
            RoomTable.Built.Where(r => CompiledRoom.References(r).Contains("Lorica.Testing")).Select(r => r.Name));
    }

    /// <summary>The contract of hosts is a set of tests that two rooms run, each over its own host.</summary>
    [Fact]
    public void A_test_project_compiles_no_source_of_another() => Rule.NobodyBreaksIt(TestProjects
        .SelectMany(f => Linked().Matches(Repository.Read(f)).Select(m => $"{f}: {m.Groups["path"].Value}"))
        .Where(l => !l.EndsWith(": ../HostContract/*.cs", StringComparison.Ordinal)));

    [Fact]
    public void The_build_script_publishes_every_program()
    {
        string script = Repository.Read("scripts/build");
        Assert.All(RoomTable.Built.Where(r => r.Program is not null),
            r => Assert.Matches($"(?m)^{r.Program} +{r.Name} +{(r.Native ? "native" : "framework")}$", script));
    }

    [Fact]
    public void Continuous_integration_runs_the_test_command() =>
        Assert.Contains("make test", Repository.Read(".ci/run"), StringComparison.Ordinal);

    [GeneratedRegex(@"<Compile Include=""(?<path>\.\./[^""]+)""")]
    private static partial Regex Linked();
}
