using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Access;

/// <summary>
/// <c>lorica user</c>. Passwords come from the terminal without echo, or from lines of stdin; never from an argument.
/// </summary>
internal static class UserCommand
{
    public static Command Create(CliContext cli)
        => new("user", "People who can sign in.") { List(cli), Add(cli), Remove(cli), Password(cli) };

    private static Command List(CliContext cli)
    {
        var command = new Command("ls", "List users; who may not manage them sees themselves.");
        command.Examples(("who is there", "lorica user ls"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var users = await center.UsersAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(users, RestJson.Default.ListModelUserModel);
                return;
            }
            cli.Terminal.Table(["NAME", "GROUPS", "SINCE"],
                users.Items.Select(u => (string[])[u.Name, string.Join(", ", u.Groups), Times.Day(u.CreatedAt)]));
        });
        return command;
    }

    private static Command Add(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the user." };
        var command = new Command("add", "Add a user; they hold nothing until a permission is granted.") { name };
        command.Examples(
            ("the password is asked for", "lorica user add bob"),
            ("from a script", "lorica user add bob < password-file"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            string who = parsed.GetValue(name)!;
            string password = await PasswordPrompt.ReadNewAsync(cli, $"Password of {who}: ", ct);
            var user = await center.AddUserAsync(new AddUserBody(who, password), ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(user, RestJson.Default.UserModel);
            }
            else
            {
                cli.Terminal.Note(
                    $"{user.Name} can sign in. Give a role: lorica permission grant --user {user.Name} --role ROLE --on OBJECT");
            }
        });
        return command;
    }

    private static Command Remove(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the user." };
        var command = new Command("rm", "Remove a user with their sessions, tokens, memberships and permissions.") { name };
        command.Examples(("somebody who left", "lorica user rm bob"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            await center.RemoveUserAsync(parsed.GetValue(name)!, ct);
            cli.Terminal.Note($"{parsed.GetValue(name)} is removed.");
        });
        return command;
    }

    private static Command Password(CliContext cli)
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "Name of the user; without it oneself, and the old password is asked for first.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("passwd", "Change a password; all sessions of the user end.") { name };
        command.Examples(
            ("one's own", "lorica user passwd"),
            ("that of somebody who holds no more than oneself", "lorica user passwd bob"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            string self = (await center.EffectiveAsync("root", null, ct)).User;
            string who = parsed.GetValue(name) ?? self;
            string? old = who == self ? await PasswordPrompt.ReadAsync(cli, $"Old password of {who}: ", ct) : null;
            string password = await PasswordPrompt.ReadNewAsync(cli, $"New password of {who}: ", ct);
            await center.SetPasswordAsync(who, new SetPasswordBody(password, old), ct);
            cli.Terminal.Note($"The password of {who} is changed; the sessions of {who} have ended.");
        });
        return command;
    }
}
