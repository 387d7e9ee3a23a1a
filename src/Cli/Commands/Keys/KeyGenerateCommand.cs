using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Keys;

/// <summary><c>lorica key generate</c>.</summary>
internal static class KeyGenerateCommand
{
    public static Command Create(CliContext cli)
    {
        var provider = new Option<string?>("--provider")
        {
            Description = "Key provider; the default one when left out.", HelpName = "NAME",
        };
        var label = new Option<string?>("--label") { Description = "Label, for people.", HelpName = "TEXT" };
        var command = new Command("generate", "Make a key ahead, for no object yet.") { provider, label };
        command.Examples(("for what comes", "lorica key generate --label archive"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var key = await center.GenerateKeyAsync(new GenerateKeyBody(parsed.GetValue(provider), parsed.GetValue(label)), ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(key, RestJson.Default.KeyInfoModel);
            else
                cli.Terminal.Line($"{key.Provider}/{key.Id}");
        });
        return command;
    }
}
