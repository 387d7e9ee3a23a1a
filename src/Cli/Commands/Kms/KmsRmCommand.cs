using System.CommandLine;

namespace Lorica.Cli.Commands.Kms;

/// <summary><c>lorica kms rm</c>.</summary>
internal static class KmsRmCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the provider." };
        var force = new Option<bool>("--force")
        {
            Description = "Although virtual machines use it: they lock at their next power-on. The same name "
                + "registered again heals.",
        };
        var command = new Command("rm", "Remove a key provider; keys on the KMS stay.") { name, force };
        command.Examples(("one that nothing uses", "lorica kms rm old"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            string wanted = parsed.GetValue(name)!;
            if (await center.RemoveProviderAsync(wanted, parsed.GetValue(force), ct) is { } task)
                await cli.HandleAsync(center, task, noWait: false, parsed.GetValue(CommonOptions.Json), ct);
            cli.Terminal.Note($"Key provider {wanted} is removed.");
        });
        return command;
    }
}
