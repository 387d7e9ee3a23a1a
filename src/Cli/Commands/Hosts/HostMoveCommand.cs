using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Hosts;

/// <summary><c>lorica host move</c>.</summary>
internal static class HostMoveCommand
{
    public static Command Create(CliContext cli)
    {
        var name = HostCommand.Name();
        var to = new Argument<string>("PARENT") { Description = "Cluster or datacenter: name, id or path." };
        var command = new Command(
            "move", "Move a host to another cluster or datacenter; at its next start it gets a new host key.") { name, to };
        command.Examples(("from one cluster to another", "lorica host move node2 Datacenter/lab"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var host = await center.MoveHostAsync(parsed.GetValue(name)!, parsed.GetValue(to)!, ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(host, RestJson.Default.HostModel);
            cli.Terminal.Note($"Host {host.Name} is in {parsed.GetValue(to)}.");
        });
        return command;
    }
}
