using System.Text.RegularExpressions;

namespace Lorica.Architecture.Tests;

/// <summary>Reads the table of rooms from ARCHITECTURE.md: <c>| `Name` | kind | what lives there | knows |</c>.</summary>
internal static partial class RoomTable
{
    public static IReadOnlyList<Room> All { get; } = Read();

    /// <summary>The rooms that have a project.</summary>
    public static IEnumerable<Room> Built => All.Where(r => !r.Later);

    private static List<Room> Read()
    {
        var rooms = new List<Room>();
        foreach (string line in Repository.Lines("ARCHITECTURE.md"))
        {
            var row = Row().Match(line);
            if (row.Success)
            {
                string kind = row.Groups["kind"].Value;
                var program = Program().Match(kind);
                rooms.Add(new Room(
                    row.Groups["name"].Value,
                    program.Success ? program.Groups[1].Value : null,
                    kind.Contains("Native AOT", StringComparison.Ordinal),
                    kind.Contains("(later)", StringComparison.Ordinal),
                    Knows(row.Groups["knows"].Value)));
            }
        }

        return rooms;
    }

    private static string[] Knows(string cell) =>
        cell == "nothing of ours" ? [] : cell.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<kind>[^|]+) \| [^|]+ \| (?<knows>[^|]+?) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("^program `([a-z-]+)`")]
    private static partial Regex Program();
}
