using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Hosts;

/// <summary><c>lorica host add</c>: the token is typed or piped, never an argument that others could see.</summary>
internal static class HostAddCommand
{
    public static Command Create(CliContext cli)
    {
        var address = new Argument<string>("ADDRESS")
        {
            Description = "Where the host waits to join: ADDRESS:PORT, as its console says.",
        };
        var cluster = new Option<string?>("--cluster")
        {
            Description = "Cluster or datacenter into which it comes, when there are several.", HelpName = "NAME",
        };
        var name = new Option<string?>("--name")
        {
            Description = "Display name; the host's own when left out.", HelpName = "NAME",
        };
        var command = new Command(
            "add", "Let a host join that runs `lorica-host join`. Asks for the token on its console, or reads it from "
                + "standard input.")
        {
            address, cluster, name,
        };
        command.Examples(
            ("shows the host's certificate, then asks for the token", "lorica host add 192.0.2.7:8444"),
            ("into a cluster, the token from a file", "lorica host add 192.0.2.7:8444 --cluster lab < token"));
        command.SetAction(async (parsed, ct) =>
        {
            var (where, into) = (parsed.GetValue(address)!, parsed.GetValue(cluster));
            using var center = cli.Center();
            var shown = await center.ProbeHostAsync(new ProbeHostBody(where, into), ct);
            cli.Terminal.Note($"The host at {where} shows the certificate {shown.Sha256}; its console shows the same.");
            string token = await PasswordPrompt.ReadAsync(cli, "Token on the host's console: ", ct);
            var host = await center.AddHostAsync(new AddHostBody(where, token, shown.Sha256, into, parsed.GetValue(name)), ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(host, RestJson.Default.HostModel);
            cli.Terminal.Note($"Host {host.Name} has joined. Start it there: lorica-host run --config FILE");
        });
        return command;
    }
}
