using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lorica.Kmip.Client;

/// <summary>Decides whether a server's certificate is the one we trust, and keeps the reason when not.</summary>
internal sealed class ServerVerifier
{
    private readonly byte[]? _pin;
    private readonly X509Certificate2Collection? _roots;

    public ServerVerifier(KmipServerTrust trust)
    {
        _pin = trust.PinnedCertificateSha256 is { } text ? ParsePin(text) : null;
        _roots = trust.Roots is { Count: > 0 } roots ? roots : null;
        if (_pin is null && _roots is null)
        {
            throw new KmipException(
                KmipErrorKind.Misuse, "a server must be known by a pinned certificate or by roots; neither is given");
        }
    }

    /// <summary>Why the last certificate was refused.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The policy for the platform's own chain building: our roots only, nothing fetched from the net.</summary>
    public X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1", "serverAuth"));
        if (_roots is not null)
        {
            policy.CustomTrustStore.AddRange(_roots);
        }

        return policy;
    }

    /// <summary>The callback of <see cref="SslStream"/>.</summary>
    public bool Verify(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = Judge(certificate, chain, errors);
        return Refusal is null;
    }

    private string? Judge(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return "the server showed no certificate";
        }

        byte[] seen = SHA256.HashData(certificate.GetRawCertData());
        if (_pin is not null && !CryptographicOperations.FixedTimeEquals(seen, _pin))
        {
            return $"the server's certificate (SHA-256 {Convert.ToHexStringLower(seen)}) is not the pinned one";
        }

        if (_roots is null)
        {
            return null;
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            var why = chain?.ChainStatus.Select(s => s.StatusInformation.Trim()).Distinct(StringComparer.Ordinal) ?? [];
            return $"the server's certificate does not lead to the given roots: {string.Join("; ", why)}";
        }

        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && _pin is null
            ? "the server's certificate is for another name"
            : null;
    }

    private static byte[] ParsePin(string text)
    {
        string hex = text.Replace(":", "", StringComparison.Ordinal);
        if (hex.Length != 64 || !hex.All(char.IsAsciiHexDigit))
        {
            throw new KmipException(KmipErrorKind.Misuse, "a pin is a SHA-256 of 64 hex digits");
        }

        return Convert.FromHexString(hex);
    }
}
