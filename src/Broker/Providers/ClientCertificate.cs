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

    /// <summary>A new private key, PEM in key memory. RSA 2048: the form that every key manager takes.</summary>
    public static KeyBuffer NewKey()
    {
        using var rsa = RSA.Create(2048);
        using var chars = KeyBuffer.Allocate(8192 * sizeof(char));
        var pem = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(chars.Span);
        if (!rsa.TryExportPkcs8PrivateKeyPem(pem, out var written))
            throw new CryptographicException("The private key is longer than expected.");
        var result = KeyBuffer.Allocate(written);
        Encoding.ASCII.GetBytes(pem[..written], result.Span);
        return result;
    }

    /// <summary>
    /// A self-signed certificate with the extended usage clientAuth for <paramref name="key"/>: certificate and key as PEM in key
    /// memory.
    /// </summary>
    public static KeyBuffer SelfSigned(string provider, KeyBuffer key, TimeProvider time)
    {
        using var rsa = Import(key);
        var now = time.GetUtcNow();
        using var certificate = Request(provider, rsa).CreateSelfSigned(now.AddHours(-1), now.AddYears(2));
        return Join(certificate.ExportCertificatePem(), key);
    }

    /// <summary>The request (PKCS#10, PEM) for a certificate over <paramref name="key"/>; the same each time.</summary>
    public static string RequestPem(string provider, KeyBuffer key)
    {
        using var rsa = Import(key);
        return Request(provider, rsa).CreateSigningRequestPem() + "\n";
    }

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

        for (var from = 0; PemEncoding.TryFind(text[from..], out var found); from += found.Location.End.Value)
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
            throw Malformed(provider, "it is not a PEM certificate followed by its PEM private key");
        }
    }

    private static CertificateRequest Request(string provider, RSA rsa)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddOrganizationName("Lorica");
        name.AddCommonName("lorica-" + provider);
        var request = new CertificateRequest(name.Build(), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        return request;
    }

    private static RSA Import(KeyBuffer key)
    {
        using var chars = KeyBuffer.Allocate(key.Length * sizeof(char));
        var text = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(chars.Span);
        Encoding.ASCII.GetChars(key.Span, text);
        var rsa = RSA.Create();
        rsa.ImportFromPem(text);
        return rsa;
    }

    private static KeyBuffer Join(string certificatePem, KeyBuffer key)
    {
        var head = Encoding.ASCII.GetBytes(certificatePem.TrimEnd() + "\n");
        var result = KeyBuffer.Allocate(head.Length + key.Length);
        head.CopyTo(result.Span);
        key.Span.CopyTo(result.Span[head.Length..]);
        return result;
    }

    private static FaultException Malformed(string provider, string why) => new(new Fault(
        FaultTypes.InvalidArgument, "lorica.clientIdentity",
        provider, $"The client identity for {provider} cannot be used: {why}.",
        "Give the certificate and the unencrypted private key (PKCS#1 or PKCS#8) that the KMS issued."));
}
