using System.CommandLine;
using Lorica.Cli.Output;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm console</c>.</summary>
internal static class VmConsoleCommand
{
    public static Command Create(CliContext cli)
    {
        var name = CommonOptions.Vm();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on showing what the guest writes, until Ctrl-C." };
        var attach = new Option<bool>("--attach", "-a")
        { Description = "Connect this terminal with it, both ways; Ctrl-] leaves." };
        var send = new Option<string?>("--send")
        { Description = "Type this and Enter into the guest's serial port.", HelpName = "TEXT" };
        var until = new Option<string?>("--until")
        {
            Description = "Follow until the guest wrote this, and the rest of that line; with --send only what it wrote "
                + "after that counts.", HelpName = "TEXT",
        };
        var timeout = new Option<int>("--timeout")
        {
            Description = "Seconds to wait for --until.", HelpName = "SECONDS", DefaultValueFactory = _ => 60,
        };
        var command = new Command("console", "Show the serial console of a virtual machine, or type into it.")
        {
            name, follow, attach, send, until, timeout,
        };
        command.Examples(
            ("the log so far", "lorica vm console web1"),
            ("watch it boot", "lorica vm console web1 --follow"),
            ("log in to the guest", "lorica vm console web1 --attach"),
            ("in a script: type a command and wait for its answer",
                "lorica vm console web1 --send \"uptime\" --until \"load average\""));
        command.SetAction(async (parsed, ct) =>
        {
            if (parsed.GetValue(CommonOptions.Json))
                throw new CliException(ExitCode.Usage, "A console is bytes; it has no JSON.");
            using var center = cli.Center();
            if (parsed.GetValue(attach))
            {
                await new ConsoleAttachment(cli, center, parsed.GetValue(name)!).RunAsync(ct);
                return;
            }
            var session = new ConsoleSession(cli, center, parsed.GetValue(name)!);
            var (text, wanted) = (parsed.GetValue(send), parsed.GetValue(until));
            if (wanted is not null)
                await session.UntilAsync(text, wanted, TimeSpan.FromSeconds(parsed.GetValue(timeout)), ct);
            else
                await session.ShowAsync(text, parsed.GetValue(follow), ct);
        });
        return command;
    }
}
