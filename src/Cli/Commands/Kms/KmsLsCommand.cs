using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary><c>lorica kms ls</c>.</summary>
internal static class KmsLsCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("ls", "List key providers.");
        command.Examples(("which is the default", "lorica kms ls"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var providers = await center.ProvidersAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(providers, RestJson.Default.ListModelProviderModel);
                return;
            }
            cli.Terminal.Table(["NAME", "DEFAULT", "SERVERS", "IDENTITY", "CERTIFICATE UNTIL"],
                providers.Items.Select(p => (string[])
                [
                    p.Name, p.Default ? "yes" : "", string.Join(", ", p.Servers.Select(s => $"{s.Host}:{s.Port}")), p.Identity,
                    Times.Day(p.ClientNotAfter),
                ]));
        });
        return command;
    }
}
