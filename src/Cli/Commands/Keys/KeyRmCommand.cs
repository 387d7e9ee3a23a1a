using System.CommandLine;

namespace Lorica.Cli.Commands.Keys;

/// <summary><c>lorica key rm</c>.</summary>
internal static class KeyRmCommand
{
    public static Command Create(CliContext cli)
    {
        var key = KeyName.Argument();
        var force = new Option<bool>("--force")
        {
            Description = "Although objects use it: their VMs lock, running ones at power-off. lorica key restore takes it back.",
        };
        var command = new Command("rm", "Forget a key, here and on hosts; the KMS keeps its copy always.") { key, force };
        command.Examples(("one that nothing uses", "lorica key rm corp/3f6c"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var name = KeyName.Parse(parsed.GetValue(key)!);
            if (await center.RemoveKeyAsync(name.Provider, name.Id, parsed.GetValue(force), ct) is { } task)
                await cli.HandleAsync(center, task, noWait: false, parsed.GetValue(CommonOptions.Json), ct);
            cli.Terminal.Note($"Key {name} is removed; the KMS keeps it.");
        });
        return command;
    }
}
