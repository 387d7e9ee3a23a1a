using System.CommandLine;

namespace Lorica.Cli.Commands.Policies;

/// <summary><c>lorica policy rm</c>.</summary>
internal static class PolicyRmCommand
{
    public static Command Create(CliContext cli)
    {
        var policy = PolicyCommand.Policy();
        var command = new Command("rm", "Delete a storage policy that no virtual machine has.") { policy };
        command.Examples(("one that is not needed any more", "lorica policy rm \"Our Encryption\""));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            await center.DeletePolicyAsync(parsed.GetValue(policy)!, ct);
            cli.Terminal.Note($"Storage policy {parsed.GetValue(policy)} is deleted.");
        });
        return command;
    }
}
