using System.Xml.Linq;

namespace Lorica.Architecture.Tests;

/// <summary>Nothing is left out of the build or of the tests.</summary>
public sealed class SolutionTests
{
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
        Rule.NobodyBreaksIt(
            TestProjects.Where(f => f != $"tests/{Repository.RoomOf(f)}/Lorica.{Repository.RoomOf(f)}.Tests.csproj"));

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
}
