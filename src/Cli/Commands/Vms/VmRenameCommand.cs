using System.CommandLine;
using Lorica.Contracts.Rest;
namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm rename</c>.</summary>
internal static class VmRenameCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var to = new Argument<string>("NEW-NAME") { Description = "Its new name." };
        var command = new Command("rename", "Change the name of a virtual machine. Its files keep theirs.") { name, to, noWait };
        command.Examples(("another name", "lorica vm rename web1 shop"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var task = await center.RenameVmAsync(parsed.GetValue(name)!, new RenameVmBody(parsed.GetValue(to)!), ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
