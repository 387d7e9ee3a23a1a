using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Policies;

/// <summary><c>lorica policy ls</c>.</summary>
internal static class PolicyLsCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("ls", "List storage policies.");
        command.Examples(("names and ids", "lorica policy ls"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var policies = await center.PoliciesAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(policies, RestJson.Default.ListModelPolicyModel);
                return;
            }
            cli.Terminal.Table(["NAME", "ENCRYPTION", "STRICT", "TAGS", "OUTAGE", "BUILT IN", "ID"],
                policies.Items.Select(p => (string[])
                [
                    p.Name, p.Encryption ? "yes" : "no", p.Encryption ? p.Strict ? "yes" : "no" : "-", string.Join(", ", p.Tags),
                    PolicyText.Outage(p), p.BuiltIn ? "yes" : "no", p.Id,
                ]));
        });
        return command;
    }
}
