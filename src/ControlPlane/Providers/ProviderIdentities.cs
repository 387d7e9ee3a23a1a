using Lorica.Contracts.Broker;
using Lorica.Contracts.Rest;

namespace Lorica.ControlPlane.Providers;

/// <summary>The broker's words for identities in those of REST, and what renews each kind.</summary>
internal static class ProviderIdentities
{
    /// <summary>The kind as REST names it; null when the broker said none that is known.</summary>
    public static string? KindOf(string brokerKind) => brokerKind switch
    {
        "brokerCertificate" => "broker",
        "requested" => "csr",
        "selfSigned" or "uploaded" => brokerKind,
        _ => null,
    };

    /// <summary>The command that renews an identity of <paramref name="kind"/> (as REST names it).</summary>
    public static string RenewalOf(string kind, string provider) => kind switch
    {
        "csr" => $"lorica kms renew {provider} --csr FILE, have it signed, then lorica kms renew {provider} --cert SIGNED",
        "uploaded" => $"lorica kms renew {provider} --cert FILE --key FILE; or, for a new certificate over the same key, "
            + $"lorica kms renew {provider} --csr FILE, have it signed, then lorica kms renew {provider} --cert SIGNED",
        _ => $"lorica kms renew {provider}",
    };

    /// <summary>All identities of a provider.</summary>
    public static ProviderIdentityModel ToModel(ProviderDescription d) => new(
        d.Name, ToModel(d.Present)!, ToModel(d.Former), ToModel(d.Waiting), Time(d.UnprovenSinceUnix));

    private static IdentityModel? ToModel(IdentityDescription? i) => i is null ? null : new IdentityModel(
        KindOf(i.Kind) ?? i.Kind, i.CertificatePem, i.CertificateSha256, i.KeySha256, Time(i.NotBeforeUnix), Time(i.NotAfterUnix),
        Time(i.SinceUnix), i.UserName.Length == 0 ? null : i.UserName);

    private static DateTimeOffset? Time(long seconds) => seconds > 0 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
