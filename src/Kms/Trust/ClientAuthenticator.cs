using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Kmip;

namespace Lorica.Kms.Trust;

/// <summary>
/// Who may be a client: whoever has the private key of a pinned certificate (dates and usage not asked, so a renewed certificate
/// over the same key comes in too), or one of a trusted authority with the required organizational unit, where every key up to
/// the root is strong enough. Objects belong to the client's public key, so a renewed certificate over the same key keeps them.
/// </summary>
internal sealed class ClientAuthenticator(
    PinnedClients pinned, X509Certificate2Collection roots, string? requiredUnit, TimeProvider time)
{
    private const string OrganizationalUnit = "2.5.4.11";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    /// <summary>Decides about a certificate.</summary>
    public KmipClientVerdict Judge(X509Certificate2 certificate, X509Certificate2Collection sent)
    {
        var identity = new KmipClientIdentity(
            Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo())), certificate.Subject);
        if (pinned.Contains(certificate))
        {
            return new(identity, null);
        }

        if (JudgeChain(certificate, sent) is not { } why)
        {
            return new(identity, null);
        }

        // Its own subject is what it likes to say: the audit names it as it was pinned.
        return pinned.SubjectOfKey(identity.Owner) is { } subject
            ? new(identity with { DisplayName = subject }, null)
            : new(null, $"certificate of '{certificate.Subject}' (SHA-256 {PinnedClients.Fingerprint(certificate)}): {why}");
    }

    private string? JudgeChain(X509Certificate2 certificate, X509Certificate2Collection sent)
    {
        if (roots.Count == 0)
        {
            return "not pinned, and no authority is trusted";
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuth));
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        if (!chain.Build(certificate))
        {
            return "not pinned, and not of a trusted authority: "
                + string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()).Distinct(StringComparer.Ordinal));
        }

        foreach (var element in chain.ChainElements)
        {
            if (KeyStrength.WeaknessOf(element.Certificate) is { } weakness)
            {
                return $"'{element.Certificate.Subject}' has {weakness}";
            }
        }

        return requiredUnit is null || Units(certificate) is [var unit] && unit == requiredUnit
            ? null
            : $"its organizational unit is not '{requiredUnit}'";
    }

    private static List<string?> Units(X509Certificate2 certificate) =>
    [
        .. certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false)
            .SelectMany(rdn => rdn.HasMultipleElements
                ? [null]
                : rdn.GetSingleElementType().Value == OrganizationalUnit ? new[] { rdn.GetSingleElementValue() } : []),
    ];
}
