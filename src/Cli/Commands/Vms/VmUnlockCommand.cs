using System.CommandLine;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm unlock</c>.</summary>
internal static class VmUnlockCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var deactivated = new Option<bool>("--deactivated")
        {
            Description = "Take keys that are deactivated or compromised on their KMS too; recrypt the VM afterwards.",
        };
        var command = new Command("unlock", "Fetch the keys of a locked virtual machine now, or say for each why not.")
        {
            name, deactivated, noWait,
        };
        command.Examples(
            ("do not wait until it happens by itself", "lorica vm unlock web1"),
            ("its key was deactivated on the KMS: let it start, then take it away from that key",
                "lorica vm unlock web1 --deactivated && lorica vm recrypt web1 --shallow"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var task = await center.UnlockVmAsync(parsed.GetValue(name)!, parsed.GetValue(deactivated), ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
