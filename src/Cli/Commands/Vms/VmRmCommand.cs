using System.CommandLine;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm rm</c>.</summary>
internal static class VmRmCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var command = new Command(
            "rm", "Remove a powered-off virtual machine and its files. Keys on the KMS stay.") { name, noWait };
        command.Examples(("remove it for good", "lorica vm rm web1"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            string vm = parsed.GetValue(name)!;
            if (await center.DeleteVmAsync(vm, ct) is { } task)
                await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
