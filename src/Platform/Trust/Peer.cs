using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lorica.Platform.Trust;

/// <summary>
/// Who the other side of a connection may be: a certificate that chains to the center's CA, carries the role (its organizational
/// unit) and has the pinned key. All three must hold, so that neither a stolen CA signature nor another role's certificate
/// suffices.
/// </summary>
/// <param name="Ca">The center's CA; the only root.</param>
/// <param name="Role">What it must carry: a host's certificate can never act as the center.</param>
/// <param name="Pin">SHA-256 of the SubjectPublicKeyInfo, lower-case hex.</param>
public sealed record Peer(X509Certificate2 Ca, string Role, string Pin)
{
    /// <summary>
    /// Whether <paramref name="certificate"/> is that peer's. Revocation is not asked: pins are the revocation.
    /// </summary>
    public bool Accepts(X509Certificate2? certificate)
    {
        if (certificate is null || RoleOf(certificate) != Role)
            return false;
        if (!CryptographicOperations.FixedTimeEquals(Convert.FromHexString(PinOf(certificate)), Convert.FromHexString(Pin)))
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy = ChainPolicy(Ca);
        return chain.Build(certificate);
    }

    /// <summary>SHA-256 of a certificate's SubjectPublicKeyInfo, lower-case hex.</summary>
    public static string PinOf(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>The role that a certificate carries, or an empty string.</summary>
    public static string RoleOf(X509Certificate2 certificate)
    {
        foreach (var name in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (!name.HasMultipleElements && name.GetSingleElementType().Value == "2.5.4.11")
                return name.GetSingleElementValue() ?? "";
        }

        return "";
    }

    /// <summary>Only <paramref name="ca"/> is a root, nothing is fetched from anywhere.</summary>
    public static X509ChainPolicy ChainPolicy(X509Certificate2 ca) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { ca },
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };
}
