using System.CommandLine;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm unregister</c>.</summary>
internal static class VmUnregisterCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var command = new Command(
            "unregister", "Take a virtual machine out of the inventory. Its files and its keys stay.") { name, noWait };
        command.Examples(("take it out; register brings it back", "lorica vm unregister web1"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var task = await center.UnregisterVmAsync(parsed.GetValue(name)!, ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
