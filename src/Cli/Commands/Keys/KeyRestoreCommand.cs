using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Keys;

/// <summary><c>lorica key restore</c>.</summary>
internal static class KeyRestoreCommand
{
    public static Command Create(CliContext cli)
    {
        var key = KeyName.Argument();
        var command = new Command("restore", "Take a removal by force back: the key goes to its hosts again.") { key };
        command.Examples(("unlock what was locked by hand", "lorica key restore corp/3f6c"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var name = KeyName.Parse(parsed.GetValue(key)!);
            var model = await center.RestoreKeyAsync(name.Provider, name.Id, ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(model, RestJson.Default.KeyInfoModel);
            cli.Terminal.Note($"Key {name} is delivered again.");
        });
        return command;
    }
}
