using System.CommandLine;
using Lorica.Contracts.Rest;
namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm migrate</c>.</summary>
internal static class VmMigrateCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var host = new Option<string>("--host") { Description = "Host to which it goes.", HelpName = "NAME", Required = true };
        var command = new Command(
            "migrate", "Move a powered-off virtual machine to another host that sees the same datastore.") { name, host, noWait };
        command.Examples(("to another host", "lorica vm migrate web1 --host h2"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var task = await center.MigrateVmAsync(parsed.GetValue(name)!, new MigrateVmBody(parsed.GetValue(host)!), ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
