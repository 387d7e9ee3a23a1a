using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary>
/// <c>lorica kms renew</c>: a new client certificate over the present key. What takes two steps (a certificate that somebody
/// signs) changes nothing until the second one, and the identity in use stays until the KMS showed the new one the keys in use.
/// </summary>
internal static class KmsRenewCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the provider." };
        var csr = new Option<string?>("--csr")
        {
            Description = "Write a request over the present key into FILE, for the KMS's administrator to sign; nothing else "
                + "changes.",
            HelpName = "FILE",
        };
        var certificate = new Option<string?>("--cert")
        {
            Description = "The signed certificate; with --key a certificate that the KMS made with its key.", HelpName = "FILE",
        };
        var key = new Option<string?>("--key")
        {
            Description = "Private key of --cert, where the KMS made both; sealed here for the broker alone.", HelpName = "FILE",
        };
        var newKey = new Option<bool>("--new-key")
        {
            Description = "A new key too: a KMS that knows clients by their key must hand the keys over first.",
        };
        var discard = new Option<bool>("--discard-waiting") { Description = "Forget the new identity that waits for the KMS." };
        var force = new Option<bool>("--force")
        {
            Description = "Also when the KMS does not show the keys in use to it: they are then out of reach.",
        };
        var command = new Command("renew", "Renew the client certificate of a key provider; the former identity is kept.")
        {
            name, csr, certificate, key, newKey, discard, force,
        };
        command.Examples(
            ("ours or self-signed, in one step", "lorica kms renew corp"),
            ("one that somebody signs, step one", "lorica kms renew corp --csr lorica.csr"),
            ("step two", "lorica kms renew corp --cert lorica.crt"),
            ("one that the KMS made with its key", "lorica kms renew corp --cert lorica.crt --key lorica.key"));
        command.SetAction(async (parsed, ct) =>
        {
            var (request, signed, secret) = (parsed.GetValue(csr), parsed.GetValue(certificate), parsed.GetValue(key));
            if (secret is not null && signed is null || request is not null && signed is not null)
                throw new CliException(ExitCode.Usage, "--key goes with --cert, and --csr with neither.");
            var (wanted, json) = (parsed.GetValue(name)!, parsed.GetValue(CommonOptions.Json));
            using var center = cli.Center();
            if (request is not null)
            {
                await RequestAsync(cli, center, wanted, request, parsed.GetValue(newKey), ct);
                return;
            }

            bool forced = parsed.GetValue(force);
            var provider = signed is not null && secret is null
                ? await center.UploadCertificateAsync(wanted, KmsCertificateUploadCommand.Read(signed), forced, ct)
                : await center.RenewIdentityAsync(wanted, await BodyAsync(
                    cli, center, wanted, signed, secret, parsed.GetValue(newKey), parsed.GetValue(discard), forced, ct), ct);
            if (json)
                cli.Terminal.Json(provider, RestJson.Default.ProviderModel);
            if (parsed.GetValue(discard))
                cli.Terminal.Note($"Nothing waits for {provider.Name} any more.");
            else
                Done(cli, provider);
        });
        return command;
    }

    /// <summary>What a person reads when another identity is in use.</summary>
    internal static void Done(CliContext cli, ProviderModel provider)
    {
        cli.Terminal.Note($"Key provider {provider.Name} uses certificate {provider.ClientCertificateSha256}, until "
            + $"{Times.Day(provider.ClientNotAfter)}.");
        cli.Terminal.Note($"The former identity is kept; it comes back with: lorica kms identity restore {provider.Name}");
    }

    private static async Task<RenewIdentityBody> BodyAsync(
        CliContext cli, CenterClient center, string name, string? certificate, string? key, bool newKey, bool discard, bool force,
        CancellationToken ct)
    {
        var (enc, blob) = ((string?)null, (string?)null);
        if (certificate is not null)
        {
            byte[] binding = ProviderOptions.Binding(name, (await center.ProviderAsync(name, ct)).Servers);
            (enc, blob) = await UploadedIdentity.SealAsync(cli, center, binding, certificate, key!, ct);
        }

        return new RenewIdentityBody(
            newKey ? true : null, enc, blob, discard ? true : null, force ? true : null);
    }

    private static async Task RequestAsync(
        CliContext cli, CenterClient center, string name, string file, bool newKey, CancellationToken ct)
    {
        var request = await center.RequestCertificateAsync(name, newKey, ct);
        try
        {
            await File.WriteAllTextAsync(file, request.Pem, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot write {file}: {e.Message}", inner: e);
        }

        cli.Terminal.Note($"{file} is the request. Have it signed, then: lorica kms renew {name} --cert SIGNED");
    }
}
