using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Events;

/// <summary><c>lorica event ls</c>.</summary>
internal static class EventLsCommand
{
    public static Command Create(CliContext cli)
    {
        var filter = new EventFilter(cli.Time);
        var limit = new Option<int>("--limit") { Description = "At most so many.", DefaultValueFactory = _ => 200 };
        var wide = new Option<bool>("--wide")
        {
            Description = "Also how it came out, and from which address, session or API token and request it came.",
        };
        var command = new Command("ls", "List audit events: the last ones, newest last.")
        {
            filter.Id, filter.About, filter.User, filter.Outcome, filter.After, filter.Since, filter.Until, limit, wide,
        };
        command.Examples(
            ("who did what", "lorica event ls"),
            ("why is it locked", "lorica event ls --object web1 --id com.vmware.vc.vm.Crypto*"),
            ("what was refused, and to whom at which address", "lorica event ls --outcome refused --wide"),
            ("for a log collector", "lorica event ls --json"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var events = await center.EventsAsync(ct, filter.Query(parsed, parsed.GetValue(limit)));
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(events, RestJson.Default.ListModelEventModel);
                return;
            }
            var items = events.Items.OrderBy(e => e.Number);
            if (parsed.GetValue(wide))
                cli.Terminal.Table(EventFilter.WideHeaders, items.Select(EventFilter.WideRow));
            else
                cli.Terminal.Table(EventFilter.Headers, items.Select(EventFilter.Row));
        });
        return command;
    }
}
