using System.CommandLine;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm unlock</c>.</summary>
internal static class VmUnlockCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var command = new Command(
            "unlock", "Fetch the keys of a locked virtual machine now, or say for each why not.") { name, noWait };
        command.Examples(("do not wait until it happens by itself", "lorica vm unlock web1"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var task = await center.UnlockVmAsync(parsed.GetValue(name)!, ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
