using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Platform.Trust;

namespace Lorica.Broker.Tests;

/// <summary>A CA like the center's, in a folder of its own.</summary>
internal sealed class TestPki
{
    private readonly X509Certificate2 _ca;

    public TestPki(string folder)
    {
        Folder = folder;
        Directory.CreateDirectory(folder);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        _ca = request.CreateSelfSigned(now.AddMinutes(-5), now.AddDays(10));
        File.WriteAllText(CaPath, _ca.ExportCertificatePem());
    }

    public string Folder { get; }

    public string CaPath => Path.Combine(Folder, "ca.crt");

    public NodeIdentity Issue(string name, string role)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationalUnitName(role);
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(_ca, now.AddMinutes(-5), now.AddDays(5), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(CertificatePath(name), certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath(name), key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(KeyPath(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return NodeIdentity.Load(CertificatePath(name), KeyPath(name), CaPath);
    }

    /// <summary>Signs a request, as the administrator of a KMS would; under another subject where one is given.</summary>
    public string Sign(string requestPem, string? subject = null)
    {
        var request = CertificateRequest.LoadSigningRequestPem(
            requestPem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions,
            RSASignaturePadding.Pkcs1);
        if (subject is not null)
        {
            var renamed = new CertificateRequest(new X500DistinguishedName(subject), request.PublicKey, HashAlgorithmName.SHA256);
            foreach (var extension in request.CertificateExtensions)
                renamed.CertificateExtensions.Add(extension);
            request = renamed;
        }

        using var key = _ca.GetECDsaPrivateKey()!;
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(
            _ca.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now.AddMinutes(-5), now.AddDays(5),
            RandomNumberGenerator.GetBytes(8));
        return certificate.ExportCertificatePem();
    }

    public string CertificatePath(string name) => Path.Combine(Folder, name + ".crt");

    public string KeyPath(string name) => Path.Combine(Folder, name + ".key");
}
