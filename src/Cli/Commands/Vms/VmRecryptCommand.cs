using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm recrypt</c>.</summary>
internal static class VmRecryptCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var shallow = new Option<bool>("--shallow")
        {
            Description = "A new key from the KMS around the same data keys; the data is not touched.",
        };
        var command = new Command("recrypt", "Give a virtual machine a new key.") { name, shallow, noWait };
        command.Examples(("rotate the key, in any power state", "lorica vm recrypt web1 --shallow"));
        command.SetAction(async (parsed, ct) =>
        {
            if (!parsed.GetValue(shallow))
                throw new CliException(ExitCode.Usage, "Which recrypt?", "lorica vm recrypt NAME --shallow");
            using var center = cli.Center();
            var task = await center.RecryptAsync(parsed.GetValue(name)!, new RecryptBody("shallow"), ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
