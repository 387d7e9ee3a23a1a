using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Hosts;

/// <summary><c>lorica host crypto</c>.</summary>
internal static class HostCryptoCommand
{
    public static Command Create(CliContext cli)
        => new("crypto", "Encryption mode of a host.")
        {
            Status(cli),
            Action(cli, "prepare", "Prepare a host that is incapable."),
            Action(cli, "enable", "Put a host into encryption mode: with the host key that it had, or a new one."),
            Action(cli, "rotate", "Give a host in encryption mode a new host key."),
            Action(cli, "disable", "End encryption mode at the host's next start; refused while encrypted virtual "
                + "machines are on it."),
        };

    private static Command Status(CliContext cli)
    {
        var name = HostCommand.Name();
        var command = new Command("status", "Show encryption mode and host key (by name) of a host.") { name };
        command.Examples(("is it safe", "lorica host crypto status node2"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            Show(cli, parsed, await center.HostAsync(parsed.GetValue(name)!, ct));
        });
        return command;
    }

    private static Command Action(CliContext cli, string action, string description)
    {
        var name = HostCommand.Name();
        var command = new Command(action, description) { name };
        command.Examples((description.Split(':', ';')[0].TrimEnd('.').ToLowerInvariant(), $"lorica host crypto {action} node2"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            Show(cli, parsed, await center.HostCryptoAsync(parsed.GetValue(name)!, action, ct));
        });
        return command;
    }

    private static void Show(CliContext cli, ParseResult parsed, HostModel host)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            cli.Terminal.Json(host, RestJson.Default.HostModel);
        }
        else
        {
            cli.Terminal.Pairs([("name", host.Name), ("encryption mode", host.CryptoMode),
                ("host key", host.HostKey is { } key ? $"{key.Provider}/{key.Id}" : "")]);
        }
    }
}
