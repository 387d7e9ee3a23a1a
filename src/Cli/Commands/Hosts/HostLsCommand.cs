using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Hosts;

/// <summary><c>lorica host ls</c>.</summary>
internal static class HostLsCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("ls", "List hosts.");
        command.Examples(("which are connected", "lorica host ls"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var hosts = await center.HostsAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(hosts, RestJson.Default.ListModelHostModel);
                return;
            }
            cli.Terminal.Table(["NAME", "STATE", "ENCRYPTION MODE", "KEYS", "ADDRESS"],
                hosts.Items.Select(h => (string[])[h.Name, h.Maintenance ? h.State + ", maintenance" : h.State, h.CryptoMode,
                    $"{h.Keys.Count}", h.Address]));
            foreach (var host in hosts.Items.Where(h => h.Detail.Length > 0))
                cli.Terminal.Note($"{host.Name}: {host.Detail}");
        });
        return command;
    }
}
