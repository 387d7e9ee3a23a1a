using System.CommandLine;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm unregister</c>.</summary>
internal static class VmUnregisterCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var fenced = new Option<bool>("--fenced")
        {
            Description = "Its host does not answer and is cut off from the datastore for good: it is not asked.",
        };
        var command = new Command(
            "unregister", "Take a virtual machine out of the inventory. Its files and its keys stay.") { name, fenced, noWait };
        command.Examples(
            ("take it out; register brings it back", "lorica vm unregister web1"),
            ("its host is dead and switched off", "lorica vm unregister web1 --fenced"),
            ("then start it elsewhere", "lorica vm register \"[datastore1] web1/web1.vmx\" --host host2 --fenced"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var task = await center.UnregisterVmAsync(parsed.GetValue(name)!, parsed.GetValue(fenced), ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
