using System.CommandLine;
using Lorica.Contracts.Rest;
namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm move</c>.</summary>
internal static class VmMoveCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var folder = new Argument<string>("FOLDER") { Description = "Folder or datacenter, by name or id." };
        var command = new Command("move", "Move a virtual machine to another folder of the inventory.") { name, folder, noWait };
        command.Examples(("into a folder", "lorica vm move web1 prod"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var task = await center.MoveVmAsync(parsed.GetValue(name)!, new MoveVmBody(parsed.GetValue(folder)!), ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
