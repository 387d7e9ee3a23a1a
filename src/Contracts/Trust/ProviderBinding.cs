using System.Globalization;
using System.Text;

namespace Lorica.Contracts.Trust;

/// <summary>
/// To what a client identity or a credential belongs: the provider's name and its servers with the certificates that a person
/// accepted. It is the additional data of what is sealed to the broker and of what the broker seals on its disk, so that neither
/// opens for another provider, nor for a server that nobody meant.
/// <code>
/// "lorica-provider-binding-v2\n" ‖ name ‖ "\n" ‖ for each server, in ordinal order: host (lower case) ‖ "\n" ‖ port ‖ "\n" ‖
/// SHA-256 of its certificate (64 lower-case hex digits) ‖ "\n"                                                          (UTF-8)
/// </code>
/// The order in which servers are tried, proxies and time-outs are no part of it: they change nothing about who reads what is
/// sent. No part holds a line feed, so that no two bindings have the same bytes.
/// </summary>
public static class ProviderBinding
{
    /// <summary>HPKE info of a client identity (PEM certificate and private key).</summary>
    public static ReadOnlySpan<byte> IdentityInfo => "lorica-identity-v2"u8;

    /// <summary>HPKE info of a credential (user name, line feed, password).</summary>
    public static ReadOnlySpan<byte> CredentialInfo => "lorica-credential-v2"u8;

    /// <summary>The binding of <paramref name="provider"/> at <paramref name="servers"/>.</summary>
    public static byte[] Of(string provider, IEnumerable<(string Host, int Port, string CertificateSha256)> servers)
    {
        var text = new StringBuilder("lorica-provider-binding-v2\n").Append(provider).Append('\n');
        foreach (string line in servers.Select(Line).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            text.Append(line);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Line((string Host, int Port, string CertificateSha256) server) => string.Create(
        CultureInfo.InvariantCulture,
        $"{server.Host.ToLowerInvariant()}\n{server.Port}\n{server.CertificateSha256.ToLowerInvariant()}\n");
}
