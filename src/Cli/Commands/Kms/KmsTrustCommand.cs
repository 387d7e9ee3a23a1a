using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary>
/// <c>lorica kms trust</c>: servers that show another certificate than the accepted one, shown and accepted anew.
/// </summary>
internal static class KmsTrustCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the provider." };
        var server = new Option<string?>("--server")
        {
            Description = "Only this server; all when left out.", HelpName = "HOST[:PORT]",
        };
        var accept = new Option<string[]>("--accept")
        {
            Description = "SHA-256 of the server certificate to accept; asked for on a terminal.", HelpName = "SHA256",
        };
        var credential = new ProviderOptions();
        var command = new Command(
            "trust", "Accept the new certificates of servers that changed theirs.")
        {
            name, server, accept, credential.User, credential.PasswordFile,
        };
        command.Examples(("shows what changed and asks", "lorica kms trust corp"),
            ("from a script", "lorica kms trust corp --server kms1 --accept 5e88…1d"),
            ("it wants a password, which is for known certificates only",
                "lorica kms trust corp --user lorica --password-file kms.pass"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            string wanted = parsed.GetValue(name)!;
            var only = parsed.GetValue(server) is { } text ? ServerAddress.Parse(text) : (ServerAddress?)null;
            var provider = await center.ProviderAsync(wanted, ct);
            var accepted = (parsed.GetValue(accept) ?? []).Select(Fingerprint.Parse).ToList();
            var trust = new ServerAcceptance(cli, center);
            var servers = new List<ServerModel>();
            foreach (var known in provider.Servers)
            {
                var address = new ServerAddress(known.Host, known.Port);
                if (only is not null && only != address
                    || Fingerprint.Parse(
                        (await center.ProbeAsync(known.Host, known.Port, known.Proxy, ct)).Sha256) == known.CertificateSha256)
                {
                    servers.Add(known);
                    continue;
                }
                cli.Terminal.Note($"{address} was trusted as {Fingerprint.ForEyes(known.CertificateSha256)}.");
                var now = await trust.AcceptAsync(address, accepted, ct, known.Proxy);
                servers.Add(known with { CertificateSha256 = now.CertificateSha256 });
            }
            if (!servers.SequenceEqual(provider.Servers))
            {
                var (enc, blob) = await credential.CredentialAsync(
                    parsed, cli, center, ProviderOptions.Binding(wanted, servers), ct);
                provider = await center.ChangeProviderAsync(
                    wanted, new EditProviderBody(servers, CredentialEnc: enc, SealedCredential: blob), ct);
            }
            else
            {
                cli.Terminal.Note("Every server shows the certificate that was accepted.");
            }

            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(provider, RestJson.Default.ProviderModel);
        });
        return command;
    }
}
