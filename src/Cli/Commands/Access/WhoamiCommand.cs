using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Access;

/// <summary><c>lorica whoami</c>.</summary>
internal static class WhoamiCommand
{
    public static Command Create(CliContext cli)
    {
        var on = PermissionCommand.On(required: false);
        on.Description = "Where; without it at the root. " + PermissionCommand.ObjectHelp;
        var command = new Command("whoami", "Who is signed in, in which groups, and what that allows at an object.") { on };
        command.Examples(("at the root", "lorica whoami"), ("at one virtual machine", "lorica whoami --on vm:web1"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var held = await center.EffectiveAsync(parsed.GetValue(on) ?? "root", null, ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(held, RestJson.Default.EffectiveModel);
                return;
            }
            cli.Terminal.Pairs(
            [
                ("user", held.User), ("groups", string.Join(", ", held.Groups)), ("object", held.Object.Name),
                ("encryption", Encryption(held.Privileges)),
            ]);
            foreach (string privilege in held.Privileges)
                cli.Terminal.Line("  " + privilege);
        });
        return command;
    }

    private static string Encryption(IReadOnlyList<string> privileges)
        => privileges.Any(p => p.StartsWith("Cryptographer.", StringComparison.Ordinal))
            ? "may what is listed under Cryptographer"
            : "sees that machines are encrypted and may run them; keys, decryption and consoles of encrypted machines "
                + "are for others";
}
