using System.CommandLine;

namespace Lorica.Cli.Commands.Events;

/// <summary><c>lorica event export</c>.</summary>
internal static class EventExportCommand
{
    public static Command Create(CliContext cli)
    {
        var filter = new EventFilter(cli.Time);
        var command = new Command(
            "export", "Print audit events as JSON lines, oldest first; without filters `event verify` can check them.")
        {
            filter.After, filter.Id, filter.About, filter.User, filter.Outcome, filter.Since, filter.Until,
        };
        command.Examples(
            ("everything", "lorica event export > events.jsonl"),
            ("what came since the last export ended with number 1041", "lorica event export --after 1041 >> events.jsonl"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            await foreach (string line in center.EventLinesAsync("export" + filter.Query(parsed), ct))
                await cli.Terminal.Out.WriteLineAsync(line.AsMemory(), ct);
        });
        return command;
    }
}
