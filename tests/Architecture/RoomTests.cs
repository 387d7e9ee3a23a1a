namespace Lorica.Architecture.Tests;

/// <summary>The table of rooms in ARCHITECTURE.md is true.</summary>
public sealed class RoomTests
{
    public static TheoryData<string> Rooms => [.. RoomTable.Built.Select(r => r.Name)];

    [Fact]
    public void Every_project_in_src_has_a_row_and_every_row_has_a_project()
    {
        var projects = Repository.Files("src", "*.csproj").Select(Repository.RoomOf);
        Assert.Equal(RoomTable.Built.Select(r => r.Name).Order(StringComparer.Ordinal), projects.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_row_knows_only_rooms_of_the_table()
    {
        var names = RoomTable.All.Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        Rule.NobodyBreaksIt(RoomTable.All.SelectMany(r => r.Knows).Where(name => !names.Contains(name)));
    }

    [Fact]
    public void References_go_downward_only()
    {
        var above = new HashSet<string>(StringComparer.Ordinal);
        foreach (var room in RoomTable.All.Where(r => r.Program is null))
        {
            Assert.All(room.Knows, known => Assert.Contains(known, above));
            above.Add(room.Name);
        }

        Assert.All(RoomTable.All.Where(r => r.Program is not null),
            r => Assert.All(r.Knows, known => Assert.Contains(known, above)));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_project_references_exactly_what_its_row_says(string name)
    {
        var room = Named(name);
        var later = RoomTable.All.Where(r => r.Later).Select(r => r.Name);
        Assert.Equal(room.Knows.Except(later, StringComparer.Ordinal).Order(StringComparer.Ordinal),
            ProjectFile.Of(room).Rooms.Order(StringComparer.Ordinal));
    }

    /// <summary>A project reference also brings what it references itself; the compiler would let a room use that.</summary>
    [Theory]
    [MemberData(nameof(Rooms))]
    public void An_assembly_uses_no_room_beside_those_of_its_row(string name)
    {
        var room = Named(name);
        Rule.NobodyBreaksIt(CompiledRoom.Uses(room).Except(room.Knows, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_project_makes_the_program_that_its_row_says(string name)
    {
        var room = Named(name);
        var project = ProjectFile.Of(room);
        Assert.Equal(room.Program, project.Property("AssemblyName"));
        Assert.Equal(room.Program is null ? null : "Exe", project.Property("OutputType") is "Exe" ? "Exe" : null);
        Assert.Equal(room.Native, project.Property("PublishAot") == "true");
    }

    private static Room Named(string name) => RoomTable.All.Single(r => r.Name == name);
}
