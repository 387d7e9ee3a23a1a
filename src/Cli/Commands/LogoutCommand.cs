using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;

namespace Lorica.Cli.Commands;

/// <summary><c>lorica logout</c>: ends the session at the center, then forgets the token, whatever the center said.</summary>
internal static class LogoutCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("logout", "End the session and forget it.");
        command.Examples(("sign out", "lorica logout"));
        command.SetAction(async (_, ct) =>
        {
            var profile = cli.Profiles.Find();
            if (profile?.Token is null)
                return;
            cli.Profiles.Write(profile with { Token = null });
            try
            {
                using var center = new CenterClient(profile);
                await center.SignOutAsync(ct);
                cli.Terminal.Note($"Signed out at {profile.Server}.");
            }
            catch (CliException e) when (e.Kind == ExitCode.NotSignedIn)
            {
                cli.Terminal.Note($"The session at {profile.Server} had ended already.");
            }
            catch (CliException e) when (e.Kind == ExitCode.Unreachable)
            {
                cli.Terminal.Note($"Forgotten here; the center could not be told, its session ends by itself. {e.Message}");
            }
        });
        return command;
    }
}
