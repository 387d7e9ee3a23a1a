using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm repair</c>.</summary>
internal static class VmRepairCommand
{
    public static Command Create(CliContext cli)
    {
        var name = CommonOptions.Vm();
        var apply = new Option<bool>("--apply") { Description = "Do it; otherwise it is only said what would be done." };
        var command = new Command(
            "repair",
            "Let key records of a suspect virtual machine count again that were given up though its files are under their keys.")
        { name, apply };
        command.Examples(
            ("what would be done, object by object", "lorica vm repair web1"), ("do it", "lorica vm repair web1 --apply"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var found = await center.RepairVmAsync(
                parsed.GetValue(name)!, new RepairVmBody(parsed.GetValue(apply)), ct);
            Print(cli, found, parsed.GetValue(CommonOptions.Json));
        });
        return command;
    }

    private static void Print(CliContext cli, RepairModel found, bool json)
    {
        bool adopts = found.Objects.Any(o => o.Action == "adopt");
        if (json)
        {
            cli.Terminal.Json(found, RestJson.Default.RepairModel);
        }
        else
        {
            cli.Terminal.Table(["FILE", "ACTION", "KEY", "WHAT"],
                found.Objects.Select(o => (string[])[o.Path, o.Action, o.Key, o.Message]));
            if (found.Ok)
            {
                cli.Terminal.Line(found.Applied ? $"{found.Vm} is repaired."
                    : adopts ? $"Nothing was changed. Do it: lorica vm repair {found.Vm} --apply"
                    : $"There is nothing to repair at {found.Vm}.");
                if (found.Applied && found.Next.Length > 0)
                    cli.Terminal.Line(found.Next);
            }
        }

        if (found.Objects.FirstOrDefault(o => o.Action == "refused") is { } refused)
            throw new CliException(ExitCode.Refused, refused.Message, "Nothing was changed.") { Code = refused.Code };
    }
}
