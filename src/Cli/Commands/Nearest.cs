using System.CommandLine;

namespace Lorica.Cli.Commands;

/// <summary>Which command a person meant who mistyped one.</summary>
internal static class Nearest
{
    private const int Forgiven = 2;

    /// <summary>
    /// The subcommand whose name is at most two edits away from the first word that was not understood; else null.
    /// </summary>
    public static string? Command(ParseResult parsed)
        => parsed.UnmatchedTokens is [var typed, ..]
            ? parsed.CommandResult.Command.Subcommands
                .Select(c => (c.Name, Distance: Distance(typed, c.Name)))
                .Where(c => c.Distance <= Forgiven)
                .OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.Ordinal)
                .Select(c => c.Name).FirstOrDefault()
            : null;

    /// <summary>Levenshtein distance of two short words.</summary>
    private static int Distance(string a, string b)
    {
        if (a.Length > b.Length + Forgiven)
            return int.MaxValue;
        int[] row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
