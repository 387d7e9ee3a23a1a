using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm ls</c>.</summary>
internal static class VmLsCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("ls", "List virtual machines.");
        command.Examples(
            ("what is encrypted, what is locked", "lorica vm ls"),
            ("names of all that are not encrypted", "lorica vm ls --json | jq -r '.items[] | select(.encrypted | not) | .name'"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var vms = await center.VmsAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(vms, RestJson.Default.ListModelVmModel);
                return;
            }
            cli.Terminal.Table(["NAME", "POWER", "ENCRYPTED", "STATE", "POLICY", "COMPLIANCE", "HOST"],
                vms.Items.Select(v => (string[])
                [
                    v.Name, VmText.Power(v), v.Encrypted ? "yes" : "no", VmText.State(v), v.Policy.Name, v.Compliance, v.Host,
                ]));
        });
        return command;
    }
}
