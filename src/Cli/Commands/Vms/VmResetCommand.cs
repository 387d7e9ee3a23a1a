using System.CommandLine;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm reset</c>.</summary>
internal static class VmResetCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var command = new Command(
            "reset", "Reset a running virtual machine at once, as its reset button does; the guest is not asked.")
        {
            name, noWait,
        };
        command.Examples(("a guest that hangs", "lorica vm reset web1"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var task = await center.ResetVmAsync(parsed.GetValue(name)!, ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
