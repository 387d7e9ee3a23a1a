using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Access;

/// <summary><c>lorica session</c>.</summary>
internal static class SessionCommand
{
    public static Command Create(CliContext cli) => new("session", "Who is signed in.") { List(cli), End(cli) };

    private static Command List(CliContext cli)
    {
        var command = new Command("ls", "List open sessions: one's own, or all for who may end them.");
        command.Examples(("who is signed in", "lorica session ls"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var sessions = await center.SessionsAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(sessions, RestJson.Default.ListModelOpenSessionModel);
                return;
            }
            cli.Terminal.Table(["ID", "USER", "FROM", "SINCE", "LAST USED", "ENDS"], sessions.Items.Select(s => (string[])
            [
                s.Id, s.User, s.Address, Times.Format(s.CreatedAt), Times.Format(s.LastUsedAt), Times.Format(s.ExpiresAt),
            ]));
        });
        return command;
    }

    private static Command End(CliContext cli)
    {
        var id = new Argument<string>("ID") { Description = "Id of the session, as lorica session ls shows it." };
        var command = new Command("end", "End a session at once.") { id };
        command.Examples(("one that was forgotten elsewhere", "lorica session end 0123456789abcdef"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            await center.EndSessionAsync(parsed.GetValue(id)!, ct);
            cli.Terminal.Note($"Session {parsed.GetValue(id)} has ended.");
        });
        return command;
    }
}
