using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Datastores;

/// <summary><c>lorica datastore</c>.</summary>
internal static class DatastoreCommand
{
    public static Command Create(CliContext cli) => new("datastore",
        "Datastores: where the files of virtual machines lie.") { List(cli), Show(cli), DatastoreTagCommand.Create(cli) };

    private static Command List(CliContext cli)
    {
        var command = new Command("ls", "List datastores with their space and the hosts that see them.");
        command.Examples(("where is room", "lorica datastore ls"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var all = await center.DatastoresAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(all, RestJson.Default.ListModelDatastoreListModel);
                return;
            }
            cli.Terminal.Table(["NAME", "CAPACITY", "FREE", "VMS", "HOSTS", "PROBLEM"], all.Items.Select(d => (string[])
            [
                d.Name, Sizes.Format(d.Capacity), Sizes.Format(d.Free), $"{d.Vms}",
                string.Join(", ", d.Hosts.Select(h => h.Host)),
                string.Join("; ", d.Hosts.Where(h => h.Problem.Length > 0).Select(h => $"{h.Host}: {h.Problem}")),
            ]));
        });
        return command;
    }

    private static Command Show(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name or id of the datastore." };
        var command = new Command("show", "Show a datastore, and where each host has it.") { name };
        command.Examples(("which hosts see it", "lorica datastore show datastore1"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var datastore = await center.DatastoreAsync(parsed.GetValue(name)!, ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(datastore, RestJson.Default.DatastoreListModel);
                return;
            }
            cli.Terminal.Pairs([("name", datastore.Name), ("id", datastore.Id), ("capacity", Sizes.Format(datastore.Capacity)),
                ("free", Sizes.Format(datastore.Free)), ("VMs", $"{datastore.Vms}")]);
            cli.Terminal.Line();
            cli.Terminal.Table(["HOST", "PATH", "PROBLEM"], datastore.Hosts.Select(h => (string[])[h.Host, h.Path, h.Problem]));
        });
        return command;
    }
}
