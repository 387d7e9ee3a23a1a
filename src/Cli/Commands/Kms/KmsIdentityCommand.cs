using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary><c>lorica kms identity</c>: who we are to a KMS, and who we were.</summary>
internal static class KmsIdentityCommand
{
    public static Command Create(CliContext cli) => new("identity", "Who we are to the KMS of a provider, and who we were.")
    {
        Show(cli), Restore(cli),
    };

    private static Command Show(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the provider." };
        var waiting = new Option<bool>("--waiting")
        {
            Description = "Print the certificate of the identity that waits, for the KMS to trust (PEM).",
        };
        var former = new Option<bool>("--former") { Description = "Print the certificate of the former identity (PEM)." };
        var command = new Command("show", "Show the identity in use, the former one, and the one that waits for the KMS.")
        {
            name, waiting, former,
        };
        command.Examples(("dates and fingerprints", "lorica kms identity show corp"),
            ("what the KMS must trust before the next renewal", "lorica kms identity show corp --waiting > new.pem"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var shown = await center.ProviderIdentityAsync(parsed.GetValue(name)!, ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(shown, RestJson.Default.ProviderIdentityModel);
            else if (parsed.GetValue(waiting))
                Pem(cli, shown.Name, "waiting", shown.Waiting);
            else if (parsed.GetValue(former))
                Pem(cli, shown.Name, "former", shown.Former);
            else
                Print(cli.Terminal, shown);
        });
        return command;
    }

    private static Command Restore(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the provider." };
        var force = new Option<bool>("--force")
        {
            Description = "Also when the KMS does not show the keys in use to it: they are then out of reach.",
        };
        var command = new Command("restore", "Put the former identity back; the one in use becomes the former one.")
        {
            name, force,
        };
        command.Examples(("keys are not visible to the new identity", "lorica kms identity restore corp"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var provider = await center.RestoreIdentityAsync(parsed.GetValue(name)!, parsed.GetValue(force), ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(provider, RestJson.Default.ProviderModel);
            KmsRenewCommand.Done(cli, provider);
        });
        return command;
    }

    private static void Pem(CliContext cli, string name, string which, IdentityModel? identity) =>
        cli.Terminal.Out.WriteLine((identity ?? throw new CliException(ExitCode.NotFound,
            $"The provider {name} has no {which} identity.", $"See: lorica kms identity show {name}")).CertificatePem.TrimEnd());

    private static void Print(Terminal terminal, ProviderIdentityModel shown)
    {
        terminal.Line(shown.UnprovenSince is { } since
            ? $"{shown.Name}: NOT proven to see the keys in use, since {Times.Format(since)}" : shown.Name);
        Print(terminal, "in use", shown.Present);
        Print(terminal, "former", shown.Former);
        Print(terminal, "waits for the KMS", shown.Waiting);
    }

    private static void Print(Terminal terminal, string what, IdentityModel? identity)
    {
        if (identity is null)
            return;
        terminal.Line($"  {what}: {identity.Kind}{(identity.UserName is { } user ? $", user {user}" : "")}"
            + $"{(identity.Since is { } since ? $", since {Times.Format(since)}" : "")}");
        terminal.Line($"    valid        {Times.Day(identity.NotBefore)} to {Times.Day(identity.NotAfter)}");
        terminal.Line($"    certificate  {identity.CertificateSha256}");
        terminal.Line($"    public key   {identity.KeySha256}");
    }
}
