using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands;

/// <summary><c>lorica event</c>.</summary>
internal static class EventCommand
{
    public static Command Create(CliContext cli)
    {
        var list = new Command("ls", "List audit events.");
        list.Examples(("who did what", "lorica event ls"), ("for a log collector", "lorica event ls --json"));
        list.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var events = await center.EventsAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(events, RestJson.Default.ListModelEventModel);
                return;
            }
            cli.Terminal.Table(["TIME", "USER", "OBJECT", "EVENT", "MESSAGE"],
                events.Items.OrderBy(e => e.Number)
                    .Select(e => (string[])[Times.Format(e.Time), e.User, e.Object, e.Id, e.Message]));
        });
        return new Command("event", "Audit events.") { list };
    }
}
