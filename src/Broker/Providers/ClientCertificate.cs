using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Lorica.Contracts.Faults;
using Lorica.Crypto;

namespace Lorica.Broker.Providers;

/// <summary>
/// Client certificates of ours towards a KMS: made here, or read from an uploaded PEM; keys pass through key memory only.
/// </summary>
internal static class ClientCertificate
{
    private const int MaximumPem = 64 * 1024;
    private const int LeastRsaBits = 2048;
    private const int LeastCurveBits = 256;
    private const string RsaOid = "1.2.840.113549.1.1.1";
    private const string CurveOid = "1.2.840.10045.2.1";

    /// <summary>A new private key, PEM in key memory. RSA 2048: the form that every key manager takes.</summary>
    public static KeyBuffer NewKey()
    {
        using var rsa = RSA.Create(LeastRsaBits);
        return PrivateKey(rsa);
    }

    /// <summary>A private key as PEM in key memory.</summary>
    public static KeyBuffer PrivateKey(AsymmetricAlgorithm key)
    {
        using var chars = KeyBuffer.Allocate(8192 * sizeof(char));
        var pem = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(chars.Span);
        if (!key.TryExportPkcs8PrivateKeyPem(pem, out int written))
            throw new CryptographicException("The private key is longer than expected.");
        var result = KeyBuffer.Allocate(written);
        Encoding.ASCII.GetBytes(pem[..written], result.Span);
        return result;
    }

    /// <summary>
    /// A self-signed certificate with the extended usage clientAuth over the private key that <paramref name="pem"/> holds:
    /// certificate and key as PEM in key memory.
    /// </summary>
    public static KeyBuffer SelfSigned(string provider, KeyBuffer pem, TimeProvider time)
    {
        using var key = Key(provider, pem);
        var now = time.GetUtcNow();
        using var certificate = Request(provider, key).CreateSelfSigned(now.AddHours(-1), now.AddYears(2));
        return Pair(certificate.ExportCertificatePem(), pem) ?? throw Malformed(provider, "its private key is not in it");
    }

    /// <summary>The request (PKCS#10, PEM) for a certificate over the private key that <paramref name="pem"/> holds.</summary>
    public static string RequestPem(string provider, KeyBuffer pem)
    {
        using var key = Key(provider, pem);
        return RequestPem(provider, key);
    }

    /// <summary>The same over a key at hand.</summary>
    public static string RequestPem(string provider, AsymmetricAlgorithm key) =>
        Request(provider, key).CreateSigningRequestPem() + "\n";

    /// <summary>Certificate and the private key that <paramref name="pem"/> holds, as PEM in key memory.</summary>
    /// <returns>Null when they are no pair.</returns>
    public static KeyBuffer? Pair(string certificatePem, KeyBuffer pem)
    {
        using var chars = KeyBuffer.Allocate(pem.Length * sizeof(char));
        var text = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(chars.Span);
        Encoding.ASCII.GetChars(pem.Span, text);
        try
        {
            X509Certificate2.CreateFromPem(certificatePem, text).Dispose();
        }
        catch (CryptographicException)
        {
            return null;
        }

        for (int from = 0; PemEncoding.TryFind(text[from..], out var found); from += found.Location.End.Value)
        {
            if (text[from..][found.Label].EndsWith("PRIVATE KEY"))
            {
                using var key = pem.Slice(
                    from + found.Location.Start.Value, found.Location.End.Value - found.Location.Start.Value);
                return Join(certificatePem, key);
            }
        }

        return null;
    }

    /// <summary>Reads PEM certificate and key.</summary>
    /// <exception cref="FaultException">They are no pair, or not PEM.</exception>
    public static X509Certificate2 Read(string provider, KeyBuffer pem)
    {
        if (pem.Length > MaximumPem)
            throw Malformed(provider, "it is longer than 64 KiB");
        using var chars = KeyBuffer.Allocate(pem.Length * sizeof(char));
        var text = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(chars.Span);
        Encoding.ASCII.GetChars(pem.Span, text);
        try
        {
            return X509Certificate2.CreateFromPem(text, text);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw Malformed(provider, WhyNot(text));
        }
    }

    /// <summary>Refuses a key that is too weak, or of a kind with which TLS signs nowhere.</summary>
    /// <exception cref="FaultException">It is.</exception>
    public static void RefuseWeak(string provider, X509Certificate2 certificate)
    {
        if (WeaknessOf(certificate) is { } why)
            throw Malformed(provider, why);
    }

    /// <summary>SHA-256 of a certificate's SubjectPublicKeyInfo.</summary>
    public static string KeySha256(string certificatePem)
    {
        using var certificate = X509Certificate2.CreateFromPem(certificatePem);
        return Platform.Trust.Peer.PinOf(certificate);
    }

    private static string? WeaknessOf(X509Certificate2 certificate)
    {
        switch (certificate.PublicKey.Oid.Value)
        {
            case RsaOid:
                using (var rsa = certificate.GetRSAPublicKey())
                {
                    return rsa!.KeySize < LeastRsaBits
                        ? $"its RSA key has {rsa.KeySize} bits, and {LeastRsaBits} is the least" : null;
                }

            case CurveOid:
                using (var curve = certificate.GetECDsaPublicKey())
                {
                    return curve!.KeySize < LeastCurveBits
                        ? $"its ECDSA key has {curve.KeySize} bits, and {LeastCurveBits} is the least" : null;
                }

            case var oid:
                return $"its key is of the kind {Kind(oid)}, and RSA (2048 bits or more) or ECDSA (P-256, P-384, P-521) is "
                    + "needed";
        }
    }

    private static string Kind(string? oid) => oid switch
    {
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        "1.2.840.10040.4.1" => "DSA",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        _ => oid ?? "unknown",
    };

    /// <summary>Why a PEM could not be read as a certificate with its key.</summary>
    private static string WhyNot(ReadOnlySpan<char> pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return WeaknessOf(certificate)
                ?? "its private key is not the one of the certificate, or not PEM without a passphrase";
        }
        catch (CryptographicException)
        {
            return "it is not a PEM certificate followed by its PEM private key";
        }
    }

    private static CertificateRequest Request(string provider, AsymmetricAlgorithm key)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddOrganizationName("Lorica");
        builder.AddCommonName("lorica-" + provider);
        var name = builder.Build();
        var rsa = key as RSA;
        var request = rsa is not null
            ? new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(name, (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | (rsa is null ? X509KeyUsageFlags.None : X509KeyUsageFlags.KeyEncipherment),
            critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        return request;
    }

    /// <summary>The private key that a PEM holds, with or without a certificate before it.</summary>
    private static AsymmetricAlgorithm Key(string provider, KeyBuffer pem)
    {
        using var chars = KeyBuffer.Allocate(pem.Length * sizeof(char));
        var text = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(chars.Span);
        Encoding.ASCII.GetChars(pem.Span, text);
        for (int from = 0; PemEncoding.TryFind(text[from..], out var found); from += found.Location.End.Value)
        {
            if (!text[from..][found.Label].EndsWith("PRIVATE KEY"))
                continue;
            var one = text[from..][found.Location];
            if (Imported(RSA.Create(), one) is { } rsa)
                return rsa;
            if (Imported(ECDsa.Create(), one) is { } curve)
                return curve;
        }

        throw Malformed(provider, "it holds no RSA or ECDSA private key");
    }

    private static AsymmetricAlgorithm? Imported(AsymmetricAlgorithm key, ReadOnlySpan<char> pem)
    {
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            return null;
        }
    }

    private static KeyBuffer Join(string certificatePem, KeyBuffer key)
    {
        byte[] head = Encoding.ASCII.GetBytes(certificatePem.TrimEnd() + "\n");
        var result = KeyBuffer.Allocate(head.Length + key.Length);
        head.CopyTo(result.Span);
        key.Span.CopyTo(result.Span[head.Length..]);
        return result;
    }

    private static FaultException Malformed(string provider, string why) => new(new Fault(
        FaultTypes.InvalidArgument, "lorica.clientIdentity",
        provider, $"The client identity for {provider} cannot be used: {why}.",
        "Give a PEM certificate and its unencrypted private key (PKCS#1 or PKCS#8), RSA or ECDSA."));
}
