using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Platform.Trust;

namespace Lorica.Testing;

/// <summary>The certificates of nodes in a folder, as the center makes them: ca.crt, NAME.crt and NAME.key.</summary>
public sealed class TestPki
{
    private readonly string _folder;
    private readonly TestCa _ca = new();

    public TestPki(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        File.WriteAllText(CaPath, _ca.Pem + "\n");
    }

    public string CaPath => Path("ca.crt");

    public string Path(string name) => System.IO.Path.Combine(_folder, name);

    public string CertificatePath(string name) => Path(name + ".crt");

    public string KeyPath(string name) => Path(name + ".key");

    /// <summary>Issues NAME.crt and NAME.key.</summary>
    public NodeIdentity Issue(string name, string role)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = _ca.Issue(TestCa.Node(name, role), key, loopback: false, TestCa.ServerUse, TestCa.ClientUse);
        File.WriteAllText(CertificatePath(name), certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath(name), key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(KeyPath(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return NodeIdentity.Load(CertificatePath(name), KeyPath(name), CaPath);
    }

    /// <summary>Signs the request of a node that joins.</summary>
    public string Sign(byte[] request, string role)
    {
        var key = CertificateRequest.LoadSigningRequest(request, HashAlgorithmName.SHA256).PublicKey;
        var signed = new CertificateRequest(TestCa.Node("joined", role), key, HashAlgorithmName.SHA256);
        signed.CertificateExtensions.Add(TestCa.Uses(TestCa.ServerUse, TestCa.ClientUse));
        using var certificate = _ca.Sign(signed);
        return certificate.ExportCertificatePem() + "\n";
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

        using var certificate = _ca.Sign(request);
        return certificate.ExportCertificatePem();
    }
}
