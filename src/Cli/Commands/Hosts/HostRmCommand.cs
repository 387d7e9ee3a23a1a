using System.CommandLine;

namespace Lorica.Cli.Commands.Hosts;

/// <summary><c>lorica host rm</c>.</summary>
internal static class HostRmCommand
{
    public static Command Create(CliContext cli)
    {
        var name = HostCommand.Name();
        var command = new Command("rm", "Remove a host that has no virtual machines; no key goes there any more.") { name };
        command.Examples(("after its virtual machines were moved", "lorica host rm node2"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            await center.RemoveHostAsync(parsed.GetValue(name)!, ct);
            cli.Terminal.Note($"Host {parsed.GetValue(name)} is removed.");
        });
        return command;
    }
}
