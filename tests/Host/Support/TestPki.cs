using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Platform.Trust;

namespace Lorica.Host.Tests.Support;

/// <summary>A CA with node certificates, made in a folder as the center's <c>issue</c> does.</summary>
internal sealed class TestPki
{
    private readonly string _folder;
    private readonly ECDsa _caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _ca;

    public TestPki(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        var request = new CertificateRequest("CN=Test CA", _caKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = TimeProvider.System.GetUtcNow();
        _ca = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        File.WriteAllText(Path("ca.crt"), _ca.ExportCertificatePem());
    }

    public string Path(string name) => System.IO.Path.Combine(_folder, name);

    /// <summary>Signs a request for a certificate.</summary>
    public string Sign(byte[] request, string role)
    {
        var key = CertificateRequest.LoadSigningRequest(request, HashAlgorithmName.SHA256).PublicKey;
        var signed = new CertificateRequest(new X500DistinguishedName($"CN=joined, OU={role}"), key, HashAlgorithmName.SHA256);
        signed.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        var now = TimeProvider.System.GetUtcNow();
        using var issuer = _ca.HasPrivateKey ? null : _ca.CopyWithPrivateKey(_caKey);
        using var certificate = signed.Create(issuer ?? _ca, now.AddDays(-1), now.AddDays(20), RandomNumberGenerator.GetBytes(8));
        return certificate.ExportCertificatePem() + "\n";
    }

    /// <summary>Issues NAME.crt and NAME.key.</summary>
    public NodeIdentity Issue(string name, string role)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}, OU={role}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(_ca, now.AddDays(-1), now.AddDays(20), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path(name + ".crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path(name + ".key"), key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(Path(name + ".key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return NodeIdentity.Load(Path(name + ".crt"), Path(name + ".key"), Path("ca.crt"));
    }
}
