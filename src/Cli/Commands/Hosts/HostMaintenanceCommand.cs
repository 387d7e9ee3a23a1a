using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Hosts;

/// <summary><c>lorica host maintenance</c>.</summary>
internal static class HostMaintenanceCommand
{
    public static Command Create(CliContext cli)
        => new("maintenance", "Take a host out of service for a while, and back.")
        {
            Action(cli, "enter", "Power on and place nothing there; refused while a virtual machine runs on it."),
            Action(cli, "exit", "Take the host into service again."),
        };

    private static Command Action(CliContext cli, string action, string description)
    {
        var name = HostCommand.Name();
        var command = new Command(action, description) { name };
        command.Examples(
            (action == "enter" ? "before its machine is updated" : "afterwards", $"lorica host maintenance {action} node2"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var host = await center.MaintenanceAsync(parsed.GetValue(name)!, action == "enter", ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(host, RestJson.Default.HostModel);
            cli.Terminal.Note($"Host {host.Name} is {(host.Maintenance ? "in maintenance" : "in service")}.");
        });
        return command;
    }
}
