using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands;

/// <summary><c>lorica policy</c>.</summary>
internal static class PolicyCommand
{
    public static Command Create(CliContext cli)
    {
        var list = new Command("ls", "List storage policies.");
        list.Examples(("names and ids", "lorica policy ls"));
        list.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var policies = await center.PoliciesAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(policies, RestJson.Default.ListModelPolicyModel);
                return;
            }
            cli.Terminal.Table(["NAME", "ENCRYPTION", "BUILT IN", "ID"],
                policies.Items.Select(p => (string[])[p.Name, p.Encryption ? "yes" : "no", p.BuiltIn ? "yes" : "no", p.Id]));
        });
        return new Command("policy", "Storage policies: what decides about encryption.") { list };
    }
}
