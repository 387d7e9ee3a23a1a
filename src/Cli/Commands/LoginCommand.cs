using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Cli.Profiles;
using Lorica.Cli.Rest;

namespace Lorica.Cli.Commands;

/// <summary>
/// <c>lorica login</c>: the password comes from the terminal without echo, or from one line of stdin; never from an argument.
/// </summary>
internal static class LoginCommand
{
    private const long MaximumCa = 1024 * 1024;

    public static Command Create(CliContext cli)
    {
        var server = new Option<string?>("--server") { Description = "Address of the center.", HelpName = "URL" };
        var ca = new Option<string?>("--ca")
        { Description = "PEM certificate of the center's CA: the only one trusted.", HelpName = "FILE" };
        var profile = new Option<string?>("--profile")
        {
            Description = "Take address and CA from this file, such as STATE/client.json of lorica up.", HelpName = "FILE",
        };
        var user = new Option<string?>("--user") { Description = "Who signs in. [default: administrator]", HelpName = "USER" };
        var token = new Option<bool>("--token") { Description = "With an API token, which is read as the password is." };
        var command = new Command("login", "Sign in at a center.") { server, ca, profile, user, token };
        command.Examples(
            ("after lorica up", "lorica login --profile /var/lib/lorica/client.json"),
            ("at a center elsewhere; the password is asked for",
                "lorica login --server https://center:8443 --ca ca.crt --user alice"),
            ("from a script", "lorica login < password-file"),
            ("with an API token", "lorica login --token < token-file"));
        command.SetAction(async (parsed, ct) =>
        {
            var target = Target(cli, parsed.GetValue(server), parsed.GetValue(ca), parsed.GetValue(profile));
            string who = parsed.GetValue(user) ?? target.User ?? "administrator";
            _ = CenterClient.BaseOf(target.Server);
            _ = CenterTrust.Roots(target.CaPem);
            if (parsed.GetValue(token))
            {
                await WithTokenAsync(cli, target, parsed.GetValue(CommonOptions.Json), ct);
                return;
            }
            string password = await PasswordPrompt.ReadAsync(cli, $"Password of {who} at {target.Server}: ", ct);
            using var center = new CenterClient(target with { Token = null });
            var session = await center.SignInAsync(who, password, ct);
            cli.Profiles.Write(target with { User = session.User, Token = session.Token });
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(new SignedInModel(target.Server, session.User, session.ExpiresAt, cli.Profiles.Path),
                    CliJson.Default.SignedInModel);
            }
            else
            {
                cli.Terminal.Note($"Signed in as {session.User} at {target.Server} until {Times.Format(session.ExpiresAt)}.");
            }
        });
        return command;
    }

    private static async Task WithTokenAsync(CliContext cli, Profile target, bool json, CancellationToken ct)
    {
        string secret = await PasswordPrompt.ReadAsync(cli, $"API token for {target.Server}: ", ct);
        var signedIn = target with { Token = secret };
        using var center = new CenterClient(signedIn);
        string user = (await center.EffectiveAsync("root", null, ct)).User;
        cli.Profiles.Write(signedIn with { User = user });
        if (json)
            cli.Terminal.Json(new SignedInModel(target.Server, user, null, cli.Profiles.Path), CliJson.Default.SignedInModel);
        else
            cli.Terminal.Note($"Signed in as {user} at {target.Server} with an API token.");
    }

    private static Profile Target(CliContext cli, string? server, string? ca, string? profile)
    {
        if (profile is not null)
        {
            if (server is not null || ca is not null)
                throw new CliException(ExitCode.Usage, "--profile stands instead of --server and --ca.");
            return ProfileStore.Read(profile) with { Token = null };
        }
        var known = cli.Profiles.Find();
        if (server is null && ca is null)
            return known ?? throw new CliException(ExitCode.Usage, "Which center?", Hints.FirstSignIn);
        if (ca is null && (known is null || CenterClient.BaseOf(known.Server) != CenterClient.BaseOf(server!)))
        {
            throw new CliException(ExitCode.Usage, "The CA of that center is not known here.",
                "Copy the center's pki/ca.crt over a way you trust, and name it with --ca.");
        }
        return new Profile(
            server ?? known?.Server ?? throw new CliException(ExitCode.Usage, "Which center?", "Name it with --server URL."),
            ca is null ? known!.CaPem : ReadCa(ca));
    }

    private static string ReadCa(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaximumCa
                ? File.ReadAllText(path)
                : throw new CliException(ExitCode.Usage, $"{path} is too large for a certificate.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot read {path}: {e.Message}", inner: e);
        }
    }
}
