using System.Text;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;

namespace Lorica.ControlPlane.Providers;

/// <summary>What a request about providers must look like.</summary>
internal static class ProviderRules
{
    private const int MaximumName = 80;
    private const int MaximumNameBytes = 120;
    private const int MaximumServers = 16;
    private const int MaximumSealed = 64 * 1024;

    /// <summary>Checks a request and makes its specification.</summary>
    public static ProviderSpec Check(AddProviderBody body)
    {
        if (string.IsNullOrWhiteSpace(body.Name) || body.Name.Length > MaximumName || Encoding.UTF8.GetByteCount(body.Name) > MaximumNameBytes || body.Name.Any(char.IsControl))
        {
            throw Invalid("server.info.name", "name", $"A provider's name has 1 to {MaximumName} characters, at most {MaximumNameBytes} bytes of UTF-8, and no control characters.");
        }

        if (body.Servers is not { Count: >= 1 and <= MaximumServers })
        {
            throw Invalid("lorica.servers", body.Name, $"A provider has 1 to {MaximumServers} servers.");
        }

        var servers = body.Servers.Select(s =>
        {
            if (s is null)
            {
                throw Invalid("lorica.servers", body.Name, "A server is missing.");
            }

            CheckAddress(s.Host, s.Port);
            return s.CertificateSha256 is { Length: 64 } pin && pin.All(char.IsAsciiHexDigit)
                ? new ServerSpec(s.Host, s.Port, pin.ToLowerInvariant())
                : throw Invalid("lorica.certificateSha256", $"{s.Host}:{s.Port}",
                    "The accepted certificate of a server is named by its SHA-256, 64 hex digits.");
        }).ToList();

        return body.Identity switch
        {
            "broker" or "selfSigned" when body.SealedEnc is null && body.SealedIdentity is null =>
                new ProviderSpec { Servers = servers, Identity = body.Identity },
            "uploaded" => new ProviderSpec
            {
                Servers = servers,
                Identity = body.Identity,
                SealedEnc = Base64(body.SealedEnc, "sealedEnc"),
                SealedIdentity = Base64(body.SealedIdentity, "sealedIdentity"),
            },
            "broker" or "selfSigned" => throw Invalid(
                "lorica.identity", body.Name, "A sealed identity goes with the identity \"uploaded\" only."),
            _ => throw Invalid("lorica.identity", body.Name, "The identity is broker, selfSigned or uploaded."),
        };
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

    private static byte[] Base64(string? text, string member)
    {
        try
        {
            var bytes = Convert.FromBase64String(text ?? "");
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
