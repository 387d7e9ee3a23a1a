using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;
using Lorica.Contracts.Trust;

namespace Lorica.Cli.Commands.Kms;

/// <summary>What <c>kms add</c> and <c>kms set</c> have in common: who we are to the KMS, and how servers are reached.</summary>
internal sealed class ProviderOptions
{
    public Option<string[]> Accept { get; } = new("--accept")
    {
        Description = "SHA-256 of the server certificate to accept; asked for on a terminal.", HelpName = "SHA256",
    };

    public Option<string?> Identity { get; } = new("--identity")
    {
        Description = "Who we are to the KMS: a certificate of the center's CA, a self-signed one, or one that the KMS "
            + "signs (kms csr).",
        HelpName = "broker|self-signed|csr",
    };

    public Option<string?> ClientCertificate { get; } = new("--client-cert")
    {
        Description = "PEM client certificate that the KMS's administrator gave out.", HelpName = "FILE",
    };

    public Option<string?> ClientKey { get; } = new("--client-key")
    {
        Description = "Its PEM private key; sealed here for the broker alone.", HelpName = "FILE",
    };

    public Option<string?> User { get; } = new("--user")
    {
        Description = "User name, where the KMS wants one beside the certificate.", HelpName = "NAME",
    };

    public Option<string?> PasswordFile { get; } = new("--password-file")
    {
        Description = "File with its password; sealed here for the broker alone.", HelpName = "FILE",
    };

    public Option<bool> Force { get; } = new("--force")
    {
        Description = "A new identity or credential also when the KMS does not show the keys in use to it: they are then out of "
            + "reach.",
    };

    public Option<string?> Proxy { get; } = new("--proxy")
    {
        Description = "HTTP proxy (CONNECT) in front of the servers named here.", HelpName = "HOST:PORT",
    };

    public Option<int?> ConnectTimeout { get; } = new("--connect-timeout")
    {
        Description = "Seconds for connection and handshake; 5 by default.", HelpName = "SECONDS",
    };

    public Option<int?> RequestTimeout { get; } = new("--request-timeout")
    {
        Description = "Seconds for one request; 10 by default.", HelpName = "SECONDS",
    };

    public Option<string?> TlsSuites { get; } = new("--tls-suites")
    {
        Description = "Cipher suites for the servers named here: modern (default), or kmip-compat, which adds TLS 1.2 with RSA "
            + "key exchange for key managers that know nothing else.",
    };

    public Option<string?> KmipVersion { get; } = new("--kmip-version")
    {
        Description = "Newest version of KMIP to speak with the servers named here; negotiated by default.",
    };

    public ProviderOptions()
    {
        Identity.AcceptOnlyFromAmong("broker", "self-signed", "csr");
        TlsSuites.AcceptOnlyFromAmong("modern", "kmip-compat");
        KmipVersion.AcceptOnlyFromAmong("1.0", "1.1", "1.2", "1.3", "1.4");
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[Accept, Identity, ClientCertificate, ClientKey, User, PasswordFile, Force, Proxy,
            ConnectTimeout, RequestTimeout, TlsSuites, KmipVersion])
        {
            command.Options.Add(option);
        }
    }

    public async Task<List<ServerModel>> ServersAsync(
        ParseResult parsed, CliContext cli, CenterClient center, IEnumerable<string> addresses, CancellationToken ct)
    {
        var accepted = (parsed.GetValue(Accept) ?? []).Select(Fingerprint.Parse).ToList();
        var trust = new ServerAcceptance(cli, center);
        var models = new List<ServerModel>();
        foreach (var address in addresses.Select(ServerAddress.Parse).ToList())
        {
            string? proxy = parsed.GetValue(Proxy);
            models.Add((await trust.AcceptAsync(address, accepted, ct, proxy)) with
            {
                Proxy = proxy,
                ConnectTimeoutMs = Milliseconds(parsed.GetValue(ConnectTimeout)),
                RequestTimeoutMs = Milliseconds(parsed.GetValue(RequestTimeout)),
                TlsSuites = parsed.GetValue(TlsSuites),
                KmipVersion = parsed.GetValue(KmipVersion),
            });
        }

        return models;
    }

    public async Task<(string? Identity, string? Enc, string? Sealed)> IdentityAsync(
        ParseResult parsed, CliContext cli, CenterClient center, byte[] binding, CancellationToken ct)
    {
        var (certificate, key) = Files(parsed);
        if (certificate is not null)
        {
            var (enc, blob) = await UploadedIdentity.SealAsync(cli, center, binding, certificate, key!, ct);
            return ("uploaded", enc, blob);
        }

        return (parsed.GetValue(Identity) switch { "self-signed" => "selfSigned", var other => other }, null, null);
    }

    public async Task<(string? Enc, string? Sealed)> CredentialAsync(
        ParseResult parsed, CliContext cli, CenterClient center, byte[] binding, CancellationToken ct)
    {
        var (user, file) = (parsed.GetValue(User), parsed.GetValue(PasswordFile));
        if (user is null != file is null)
            throw new CliException(ExitCode.Usage, "--user and --password-file go together.");
        return user is null ? (null, null) : await SealedCredential.SealAsync(cli, center, binding, user, file!, ct);
    }

    /// <summary>For what an identity or a credential is sealed: this provider at these servers, and no other.</summary>
    public static byte[] Binding(string provider, IEnumerable<ServerModel> servers) =>
        ProviderBinding.Of(provider, servers.Select(s => (s.Host, s.Port, s.CertificateSha256)));

    /// <summary>Refuses half of a pair before anything is asked.</summary>
    public (string? Certificate, string? Key) Files(ParseResult parsed)
    {
        var (certificate, key) = (parsed.GetValue(ClientCertificate), parsed.GetValue(ClientKey));
        return certificate is null == key is null
            ? (certificate, key)
            : throw new CliException(ExitCode.Usage, "--client-cert and --client-key go together.");
    }

    private static int? Milliseconds(int? seconds) => seconds is null or (> 0 and <= 60)
        ? seconds * 1000
        : throw new CliException(ExitCode.Usage, "A time-out is 1 to 60 seconds.");
}
