using System.Globalization;
using System.Text;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Names;
using Lorica.Contracts.Rest;

namespace Lorica.ControlPlane.Providers;

/// <summary>What a request about providers must look like.</summary>
internal static class ProviderRules
{
    private const int MaximumNameBytes = 120;
    private const int MaximumServers = 16;
    private const int MaximumTimeoutMs = 60_000;
    private const int MaximumSealed = 64 * 1024;

    /// <summary>Checks a request and makes its specification.</summary>
    public static ProviderSpec Check(AddProviderBody body)
    {
        if (body.Name is null || !NameRule.Allows(body.Name) || Encoding.UTF8.GetByteCount(body.Name) > MaximumNameBytes)
        {
            throw Invalid("server.info.name", "name",
                $"{NameRule.Text} A provider's has at most {MaximumNameBytes} bytes.");
        }

        var (enc, identity) = Identity(body.Name, body.Identity, body.SealedEnc, body.SealedIdentity);
        var (credentialEnc, credential) = Credential(body.CredentialEnc, body.SealedCredential);
        return new ProviderSpec
        {
            Servers = Servers(body.Name, body.Servers),
            Identity = body.Identity,
            SealedEnc = enc,
            SealedIdentity = identity,
            CredentialEnc = credentialEnc,
            SealedCredential = credential,
            NoCredential = credential.Length == 0,
            Force = body.Force == true,
        };
    }

    /// <summary>Checks a change and makes its specification.</summary>
    public static ProviderSpec Check(string name, EditProviderBody body)
    {
        var (enc, identity) = body.Identity is null && body.SealedEnc is null && body.SealedIdentity is null
            ? ([], [])
            : Identity(name, body.Identity, body.SealedEnc, body.SealedIdentity);
        var (credentialEnc, credential) = Credential(body.CredentialEnc, body.SealedCredential);
        if (body.NoCredential == true && credential.Length > 0)
        {
            throw Invalid("lorica.credential", name, "A credential is either given or forgotten.");
        }

        if (body.Default == false)
        {
            throw Invalid("lorica.default", name, "A provider stops being the default when another one becomes it.");
        }

        return new ProviderSpec
        {
            Servers = body.Servers is null ? null : Servers(name, body.Servers),
            Identity = body.Identity,
            SealedEnc = enc,
            SealedIdentity = identity,
            CredentialEnc = credentialEnc,
            SealedCredential = credential,
            NoCredential = body.NoCredential == true,
            MakeDefault = body.Default == true,
            Force = body.Force == true,
        };
    }

    /// <summary>Checks a renewal and makes its specification.</summary>
    public static RenewSpec Check(string name, RenewIdentityBody body)
    {
        var (enc, identity) = body.SealedEnc is null && body.SealedIdentity is null
            ? ([], [])
            : Identity(name, "uploaded", body.SealedEnc, body.SealedIdentity);
        if (body.NewKey == true && identity.Length > 0)
        {
            throw Invalid("lorica.newKey", name, "An uploaded identity comes with its key: a new key is not made for it.");
        }

        return new RenewSpec
        {
            NewKey = body.NewKey == true,
            SealedEnc = enc,
            SealedIdentity = identity,
            DiscardWaiting = body.DiscardWaiting == true,
            Force = body.Force == true,
        };
    }

    /// <summary>Checks "host:port" of a proxy; null stays null.</summary>
    public static (string Host, int Port)? Proxy(string? text)
    {
        if (text is null)
        {
            return null;
        }

        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port))
        {
            throw Invalid("lorica.proxy", text, "A proxy is host:port.");
        }

        string host = text[..colon].Trim('[', ']');
        CheckAddress(host, port);
        return (host, port);
    }

    /// <summary>Checks the address of a server.</summary>
    public static void CheckAddress(string? host, int port)
    {
        if (host is not { Length: > 0 and <= 255 } || Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            throw Invalid("lorica.host", host ?? "", "The host is a DNS name or an IP address.");
        }

        if (port is < 1 or > 65535)
        {
            throw Invalid("lorica.port", host, "The port is 1 to 65535.");
        }
    }

    private static List<ServerSpec> Servers(string name, IReadOnlyList<ServerModel>? servers)
    {
        if (servers is not { Count: >= 1 and <= MaximumServers })
        {
            throw Invalid("lorica.servers", name, $"A provider has 1 to {MaximumServers} servers.");
        }

        var specs = servers.Select(s =>
        {
            if (s is null)
            {
                throw Invalid("lorica.servers", name, "A server is missing.");
            }

            CheckAddress(s.Host, s.Port);
            Proxy(s.Proxy);
            if (s.ConnectTimeoutMs is < 100 or > MaximumTimeoutMs || s.RequestTimeoutMs is < 100 or > MaximumTimeoutMs)
            {
                throw Invalid("lorica.timeout", $"{s.Host}:{s.Port}", "A time-out is 100 ms to 60 s.");
            }

            if (s.TlsSuites is not (null or "modern" or "kmip-compat"))
            {
                throw Invalid(
                    "lorica.tlsSuites", $"{s.Host}:{s.Port}", "The cipher suites of a server are modern or kmip-compat.");
            }

            if (s.KmipVersion is not (null or "1.0" or "1.1" or "1.2" or "1.3" or "1.4"))
            {
                throw Invalid("lorica.kmipVersion", $"{s.Host}:{s.Port}", "Versions of KMIP are 1.0 to 1.4.");
            }

            return s.CertificateSha256 is { Length: 64 } pin && pin.All(char.IsAsciiHexDigit)
                ? new ServerSpec(
                    s.Host, s.Port, pin.ToLowerInvariant(), s.Proxy, s.ConnectTimeoutMs ?? 0, s.RequestTimeoutMs ?? 0,
                    s.TlsSuites, s.KmipVersion)
                : throw Invalid("lorica.certificateSha256", $"{s.Host}:{s.Port}",
                    "The accepted certificate of a server is named by its SHA-256, 64 hex digits.");
        }).ToList();
        return specs.DistinctBy(s => (s.Host, s.Port)).Count() == specs.Count
            ? specs
            : throw Invalid("lorica.servers", name, "A server is named twice.");
    }

    private static (byte[] Enc, byte[] Blob) Identity(string name, string? identity, string? enc, string? blob) => identity switch
    {
        "broker" or "selfSigned" or "csr" when enc is null && blob is null => ([], []),
        "uploaded" => (Base64(enc, "sealedEnc"), Base64(blob, "sealedIdentity")),
        "broker" or "selfSigned" or "csr" =>
            throw Invalid("lorica.identity", name, "A sealed identity goes with the identity \"uploaded\" only."),
        _ => throw Invalid("lorica.identity", name, "The identity is broker, selfSigned, csr or uploaded."),
    };

    private static (byte[] Enc, byte[] Blob) Credential(string? enc, string? blob) =>
        enc is null && blob is null ? ([], []) : (Base64(enc, "credentialEnc"), Base64(blob, "sealedCredential"));

    private static byte[] Base64(string? text, string member)
    {
        try
        {
            byte[] bytes = Convert.FromBase64String(text ?? "");
            if (bytes.Length is > 0 and <= MaximumSealed)
            {
                return bytes;
            }
        }
        catch (FormatException)
        {
            // Same refusal.
        }

        throw Invalid("lorica.identity", member, $"{member} is base64 of what was sealed to the broker's receive key.");
    }

    private static FaultException Invalid(string key, string target, string message) =>
        new(new Fault(FaultTypes.InvalidArgument, key, target, message, "Correct the request."));
}
