using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Events;

/// <summary><c>lorica event tail</c>: server-sent events as lines, across restarts of the center.</summary>
internal static class EventTailCommand
{
    private const string Data = "data: ";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Command Create(CliContext cli)
    {
        var filter = new EventFilter(cli.Time);
        var command = new Command(
            "tail", "Show audit events as they happen, until Ctrl-C.")
        {
            filter.Id, filter.About, filter.User, filter.Outcome, filter.After,
        };
        command.Examples(
            ("watch", "lorica event tail"),
            ("into another system, from the beginning", "lorica event tail --after 0 --json | logger -t lorica"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            bool json = parsed.GetValue(CommonOptions.Json);
            long? after = parsed.GetValue(filter.After);
            while (true)
            {
                try
                {
                    string query = QueryText.Of(("id", parsed.GetValue(filter.Id)), ("object", parsed.GetValue(filter.About)),
                        ("user", parsed.GetValue(filter.User)), ("outcome", parsed.GetValue(filter.Outcome)),
                        ("after", QueryText.Of(after)));
                    await foreach (string line in center.EventLinesAsync("stream" + query, ct))
                    {
                        if (line.StartsWith(Data, StringComparison.Ordinal))
                            after = Show(cli.Terminal, line[Data.Length..], json);
                    }
                }
                catch (CliException e) when (e.Kind == ExitCode.Unreachable && after is not null)
                {
                    // A center that restarts is waited for; nothing is lost, since the number says where to go on.
                }
                await Task.Delay(Pause, cli.Time, ct);
            }
        });
        return command;
    }

    private static long Show(Terminal terminal, string line, bool json)
    {
        var e = EventLine.Parse(line);
        if (json)
            terminal.Json(e, RestJson.Default.EventModel);
        else
            terminal.Line(string.Join("  ", EventFilter.Row(e)));
        terminal.Out.Flush();
        return e.Number;
    }
}
