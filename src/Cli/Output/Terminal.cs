using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Lorica.Cli.Output;

/// <summary>
/// The command line's only way out. Its rules:
/// <list type="bullet">
/// <item>stdout: what was asked for, and nothing else: a table, a console log, or with <c>--json</c> one JSON text.</item>
/// <item>stderr: progress, notices, <c>error:</c>, <c>code:</c> (for programs), <c>hint:</c> and one <c>key:</c> line per key
/// that is out of reach.</item>
/// <item>the terminal itself: passwords only, without echo.</item>
/// <item>never anywhere: tokens and keys. A password only once, by <c>lorica up</c> at its first start.</item>
/// </list>
/// </summary>
internal sealed class Terminal
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Raw bytes of stdout, for console logs.</summary>
    public required Stream OutStream { get; init; }

    /// <summary>Whether stderr is a terminal that can show a moving bar.</summary>
    public bool Live { get; init; }

    /// <summary>Whether somebody can be asked.</summary>
    public bool Interactive { get; init; }

    /// <summary>Cells of a terminal that a character takes at most.</summary>
    private const int CellsPerCharacter = 2;

    /// <summary>Between two columns of a table.</summary>
    private const int Gap = 2;

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        OutStream = Console.OpenStandardOutput(),
        Live = !Console.IsErrorRedirected,
        Interactive = !Console.IsInputRedirected && !Console.IsErrorRedirected,
    };

    /// <summary>One JSON text on one line.</summary>
    public void Json<T>(T value, JsonTypeInfo<T> type)
    {
        Out.WriteLine(JsonSerializer.Serialize(value, type));
        Out.Flush();
    }

    /// <summary>A line of what was asked for.</summary>
    public void Line(string text = "") => Out.WriteLine(Clean(text));

    /// <summary>A line beside what was asked for.</summary>
    public void Note(string text) => Error.WriteLine(Clean(text));

    /// <summary>A failure, as every command reports it.</summary>
    public void Fail(CliException failure)
    {
        Error.WriteLine("error: " + Clean(failure.Message));
        if (failure.Code.Length > 0)
            Error.WriteLine("code: " + Clean(failure.Code));
        foreach (var key in failure.Keys)
        {
            string detail = string.IsNullOrEmpty(key.Detail) ? "" : $" ({key.Detail})";
            Error.WriteLine(Clean($"key: {key.Provider}/{key.KeyId}: {key.Reason}: {FaultText.Reason(key.Reason)}{detail}"));
        }
        foreach (string line in failure.Details)
            Error.WriteLine("  " + Clean(line));
        if (failure.Hint.Length > 0)
            Error.WriteLine("hint: " + Clean(failure.Hint));
    }

    /// <summary>A table on stdout: one line a row, as wide as its longest cells.</summary>
    public void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (string header in headers)
            table.AddColumn(new TableColumn(Markup.Escape(header)) { NoWrap = true, Padding = new Padding(0, 0, Gap, 0) });
        int[] widths = headers.Select(h => h.Length).ToArray();
        foreach (var row in rows)
        {
            string[] cells = row.Select(cell => Clean(cell).Replace('\t', ' ')).ToArray();
            table.AddRow([.. cells.Select(Markup.Escape)]);
            for (int column = 0; column < cells.Length; column++)
                widths[column] = Math.Max(widths[column], cells[column].Length);
        }
        Render(table, widths.Sum(w => (w * CellsPerCharacter) + Gap));
    }

    /// <summary>Names and values on stdout, one pair a line.</summary>
    public void Pairs(IEnumerable<(string Name, string Value)> pairs)
    {
        var all = pairs.Where(p => p.Value.Length > 0).ToList();
        int width = all.Count == 0 ? 0 : all.Max(p => p.Name.Length);
        foreach (var (name, value) in all)
            Line($"{name.PadRight(width)}  {value}");
    }

    /// <summary>Text from elsewhere without what could steer a terminal.</summary>
    public static string Clean(string text)
        => text.Any(c => char.IsControl(c) && c is not '\t')
            ? string.Concat(text.Select(c => char.IsControl(c) && c is not '\t' ? '\uFFFD' : c))
            : text;

    private void Render(Table table, int width)
    {
        var writer = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        console.Write(table);
        foreach (string line in writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Out.WriteLine(line.TrimEnd());
    }
}
