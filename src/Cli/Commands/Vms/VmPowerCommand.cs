using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm power</c>.</summary>
internal static class VmPowerCommand
{
    public static Command Create(CliContext cli)
        => new("power", "Power a virtual machine on or off, or say which it is.") { On(cli), Off(cli), Status(cli) };

    private static Command On(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var fenced = new Option<bool>("--fenced")
        { Description = "The host that held it last is cut off from the datastore for good: take its lock over at once." };
        var command = new Command(
            "on", "Power on; refused while a key is missing, with the reason of each.") { name, fenced, noWait };
        command.Examples(
            ("start it", "lorica vm power on web1"),
            ("its former host is dead and switched off: do not wait for its lock", "lorica vm power on web1 --fenced"));
        command.SetAction(
            (parsed, ct) => SendAsync(
                cli, parsed, parsed.GetValue(name)!, new PowerBody("on", Fenced: parsed.GetValue(fenced)), noWait, ct));
        return command;
    }

    private static Command Off(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var hard = new Option<bool>("--hard") { Description = "Cut the power; the guest is not asked." };
        var timeout = new Option<int>("--timeout")
        {
            Description = "Seconds that the guest may take before its power is cut.", HelpName = "SECONDS",
            DefaultValueFactory = _ => 60,
        };
        var command = new Command("off", "Power off; the guest is asked first.") { name, hard, timeout, noWait };
        command.Examples(("shut it down", "lorica vm power off web1"), ("pull the plug", "lorica vm power off web1 --hard"));
        command.SetAction((parsed, ct) => SendAsync(cli, parsed, parsed.GetValue(name)!,
            new PowerBody("off", parsed.GetValue(hard), parsed.GetValue(timeout)), noWait, ct));
        return command;
    }

    private static Command Status(CliContext cli)
    {
        var name = CommonOptions.Vm();
        var command = new Command("status", "Print on or off.") { name };
        command.Examples(("in a script", "test \"$(lorica vm power status web1)\" = on"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var vm = await center.VmAsync(parsed.GetValue(name)!, ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(vm, RestJson.Default.VmModel);
            else
                cli.Terminal.Line(VmText.Power(vm));
        });
        return command;
    }

    private static async Task SendAsync(
        CliContext cli, ParseResult parsed, string vm, PowerBody body, Option<bool> noWait, CancellationToken ct)
    {
        using var center = cli.Center();
        var task = await center.PowerAsync(vm, body, ct);
        await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
    }
}
