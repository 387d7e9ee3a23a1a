using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Keys;

/// <summary><c>lorica key ls</c>.</summary>
internal static class KeyLsCommand
{
    public static Command Create(CliContext cli)
    {
        var provider = new Option<string?>("--provider") { Description = "Only keys of this provider.", HelpName = "NAME" };
        var unused = new Option<bool>("--unused") { Description = "Only keys that nothing uses." };
        var command = new Command("ls", "List keys and who uses them.") { provider, unused };
        command.Examples(("all", "lorica key ls"), ("who would be hit by the end of a KMS", "lorica key ls --provider corp"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var keys = await center.KeysAsync(parsed.GetValue(provider), ct);
            if (parsed.GetValue(unused))
                keys = keys with { Items = [.. keys.Items.Where(k => k.Users.Count == 0)] };
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(keys, RestJson.Default.ListModelKeyInfoModel);
            else
                KeyText.Table(cli.Terminal, keys.Items);
        });
        return command;
    }
}
