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

    /// <summary>
    /// A self-signed certificate, as PEM certificate and key in key memory. RSA 2048 with the extended usage clientAuth: the
    /// form that every key manager takes.
    /// </summary>
    public static KeyBuffer SelfSigned(string provider, TimeProvider time)
    {
        using var rsa = RSA.Create(2048);
        var name = new X500DistinguishedNameBuilder();
        name.AddOrganizationName("Lorica");
        name.AddCommonName("lorica-" + provider);
        var request = new CertificateRequest(name.Build(), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddYears(2));
        using var chars = KeyBuffer.Allocate(8192 * sizeof(char));
        var pem = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(chars.Span);
        if (!rsa.TryExportPkcs8PrivateKeyPem(pem, out var written))
            throw new CryptographicException("The private key is longer than expected.");
        var head = Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n");
        var result = KeyBuffer.Allocate(head.Length + written);
        head.CopyTo(result.Span);
        Encoding.ASCII.GetBytes(pem[..written], result.Span[head.Length..]);
        return result;
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

    private static FaultException Malformed(string provider, string why) => new(new Fault(FaultTypes.InvalidArgument, "lorica.clientIdentity",
        provider, $"The client identity for {provider} cannot be used: {why}.",
        "Give the certificate and the unencrypted private key (PKCS#1 or PKCS#8) that the KMS issued."));
}
