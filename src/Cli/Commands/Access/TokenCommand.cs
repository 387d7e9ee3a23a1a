using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Access;

/// <summary><c>lorica token</c>.</summary>
internal static class TokenCommand
{
    public static Command Create(CliContext cli)
        => new("token", "API tokens: what programs sign in with.") { List(cli), CreateToken(cli), Revoke(cli) };

    private static Command List(CliContext cli)
    {
        var all = new Option<bool>("--all") { Description = "Everybody's, for who manages users." };
        var command = new Command("ls", "List one's own tokens; never their secrets.") { all };
        command.Examples(("which are there, and when they end", "lorica token ls"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var tokens = await center.TokensAsync(parsed.GetValue(all), ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(tokens, RestJson.Default.ListModelTokenModel);
                return;
            }
            cli.Terminal.Table(
                ["ID", "USER", "SCOPE", "OBJECT", "UNTIL", "LAST USED", "DESCRIPTION"], tokens.Items.Select(t => (string[])
            [
                t.Id, t.User, t.Privileges is null ? "all" : string.Join(", ", t.Privileges),
                t.Object is { } o ? $"{o.Kind}:{o.Name}" : "", Times.Format(t.ExpiresAt),
                t.LastUsedAt is { } used ? Times.Format(used) : "never", t.Description,
            ]));
        });
        return command;
    }

    private static Command CreateToken(CliContext cli)
    {
        var description = new Option<string?>("--description") { Description = "What it is for.", HelpName = "TEXT" };
        var scope = new Option<string[]?>("--privileges")
        {
            Description = "Limits it to these; without it, it may all that its owner may.", HelpName = "PRIVILEGE",
            AllowMultipleArgumentsPerToken = true,
        };
        var on = PermissionCommand.On(required: false);
        on.Description = "Limits it to an object and what is below: " + PermissionCommand.ObjectHelp;
        var hours = new Option<int>("--hours")
        {
            Description = "How long it lives, at most 8784.", HelpName = "N", DefaultValueFactory = _ => 720,
        };
        var command = new Command("create", "Make a token for oneself and print its secret: the only time that it is told.")
        {
            description, scope, on, hours,
        };
        command.Examples(
            ("for a script that starts and stops machines of one folder",
                "lorica token create --privileges VirtualMachine.Interact.PowerOn VirtualMachine.Interact.PowerOff "
                    + "--on folder:dev"),
            ("into a file that only one's own user reads", "(umask 077; lorica token create --hours 24 > token)"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var body = new CreateTokenBody(
                parsed.GetValue(description), parsed.GetValue(scope) is { Length: > 0 } p ? p : null, parsed.GetValue(on),
                parsed.GetValue(hours));
            var made = await center.CreateTokenAsync(body, ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(made, RestJson.Default.CreatedTokenModel);
                return;
            }
            cli.Terminal.Note($"Token {made.Token.Id} of {made.Token.User} until {Times.Format(made.Token.ExpiresAt)}; sent as "
                + "Authorization: Bearer.");
            cli.Terminal.Line(made.Secret);
        });
        return command;
    }

    private static Command Revoke(CliContext cli)
    {
        var id = new Argument<string>("ID") { Description = "Id of the token, as lorica token ls shows it." };
        var command = new Command("revoke", "Revoke a token at once.") { id };
        command.Examples(("one that leaked", "lorica token revoke 0123456789abcdef"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            await center.RevokeTokenAsync(parsed.GetValue(id)!, ct);
            cli.Terminal.Note($"Token {parsed.GetValue(id)} is revoked.");
        });
        return command;
    }
}
