using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Cli.Output;
using Lorica.Contracts.Trust;

namespace Lorica.Cli.Rest;

/// <summary>
/// TLS trust towards a center: exactly one CA, and the role <c>OU=center</c> in the certificate. The CA issues certificates to
/// hosts and KMS as well, and none of those may pose as the center to a person who types a password.
/// </summary>
internal static class CenterTrust
{
    /// <summary>TLS options that trust only the CA of <paramref name="caPem"/>.</summary>
    public static SslClientAuthenticationOptions Options(string caPem)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(Roots(caPem));
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        return new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = static (_, certificate, _, errors)
                => errors == SslPolicyErrors.None && certificate is X509Certificate2 c && HasRole(c, Roles.Center),
        };
    }

    /// <summary>The certificates of a PEM text; at least one.</summary>
    public static X509Certificate2Collection Roots(string caPem)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPem(caPem);
        }
        catch (CryptographicException e)
        {
            throw new CliException(ExitCode.Usage, "The CA certificate is damaged.", inner: e);
        }
        return roots.Count > 0
            ? roots
            : throw new CliException(ExitCode.Usage, "There is no PEM certificate of a CA.",
                "Take the center's pki/ca.crt.");
    }

    /// <summary>Whether the subject carries the organisational unit <paramref name="role"/>.</summary>
    public static bool HasRole(X509Certificate2 certificate, string role)
        => certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Any(part => !part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.11"
                && part.GetSingleElementValue() == role);
}
