using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Lorica.Kms.Store;
using Lorica.Platform.Files;

namespace Lorica.Kms.Trust;

/// <summary>The server's own certificate: read anew when its files change, so that a renewal needs no restart.</summary>
internal sealed class ServerCertificate(string certificateFile, string keyFile)
{
    private readonly Lock _gate = new();
    private SslStreamCertificateContext? _context;
    private (DateTime Certificate, DateTime Key) _stamp;

    /// <summary>
    /// What the handshake uses now. Files that do not fit (in the middle of a renewal) leave the last good ones in use.
    /// </summary>
    public SslStreamCertificateContext Current()
    {
        lock (_gate)
        {
            var stamp = (File.GetLastWriteTimeUtc(certificateFile), File.GetLastWriteTimeUtc(keyFile));
            if (_context is null || stamp != _stamp)
            {
                try
                {
                    _context = Load();
                    _stamp = stamp;
                }
                catch (KmsException) when (_context is not null)
                {
                    return _context;
                }
            }

            return _context;
        }
    }

    /// <summary>
    /// Makes a self-signed certificate over a new RSA-3072 key (old KMIP clients know no other), for ten years.
    /// </summary>
    public static X509Certificate2 CreateSelfSigned(StateFolder folder, IReadOnlyList<string> names, TimeProvider time)
    {
        using var key = RSA.Create(3072);
        var request = new CertificateRequest(
            $"CN={names[0]}, OU=kms, O=Lorica", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var alternative = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternative.AddIpAddress(address);
            }
            else
            {
                alternative.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternative.Build());
        var now = time.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddMinutes(-5), now.AddYears(10));
        DurableFile.Replace(folder.CertificateKey, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        DurableFile.Replace(folder.Certificate, Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"));
        return certificate;
    }

    private SslStreamCertificateContext Load()
    {
        const UnixFileMode Others =
            UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        try
        {
            if ((File.GetUnixFileMode(keyFile) & Others) != UnixFileMode.None)
            {
                throw new KmsException(KmsErrorKind.Configuration, $"others can read {keyFile}", $"chmod 600 {keyFile}");
            }

            using var pem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(certificateFile);
            var own = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            return SslStreamCertificateContext.Create(own, [.. all.Skip(1)], offline: true);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new KmsException(
                KmsErrorKind.Configuration, $"cannot use {certificateFile} with {keyFile}: {e.Message}",
                "make one: lorica-kms init --state DIR", e);
        }
    }
}
