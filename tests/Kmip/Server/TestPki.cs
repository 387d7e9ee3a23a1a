using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lorica.Kmip.Tests.Server;

/// <summary>A throw-away authority with a server and some clients, also as PEM files for other programs.</summary>
public sealed class TestPki : IDisposable
{
    private readonly List<X509Certificate2> _made = [];

    public TestPki()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=test CA", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        Root = Keep(request.CreateSelfSigned(From, Until));
        ServerCertificate = Issue("CN=localhost", "1.3.6.1.5.5.7.3.1");
        ClientA = Issue("CN=client a, OU=broker", "1.3.6.1.5.5.7.3.2");
        ClientB = Issue("CN=client b, OU=broker", "1.3.6.1.5.5.7.3.2");
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 ServerCertificate { get; }

    public X509Certificate2 ClientA { get; }

    public X509Certificate2 ClientB { get; }

    private static DateTimeOffset From { get; } = DateTimeOffset.UtcNow.AddHours(-1);

    private static DateTimeOffset Until { get; } = DateTimeOffset.UtcNow.AddDays(2);

    public X509Certificate2 Issue(string subject, string usage, int bits = 2048)
    {
        using var key = RSA.Create(bits);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(Root, From, Until, RandomNumberGenerator.GetBytes(16));
        using var both = issued.CopyWithPrivateKey(key);
        return Keep(X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pkcs12), null));
    }

    public X509Certificate2 SelfSigned(string subject)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(From, Until);
        return Keep(X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null));
    }

    /// <summary>Writes ca.crt and NAME.crt, NAME.key as other programs like them.</summary>
    public void WriteTo(string folder)
    {
        File.WriteAllText($"{folder}/ca.crt", Root.ExportCertificatePem());
        foreach (var (name, certificate) in new[] { ("server", ServerCertificate), ("client", ClientA), ("client-b", ClientB) })
        {
            File.WriteAllText($"{folder}/{name}.crt", certificate.ExportCertificatePem());
            using var key = certificate.GetRSAPrivateKey()!;
            File.WriteAllText($"{folder}/{name}.key", key.ExportPkcs8PrivateKeyPem());
        }
    }

    public void Dispose() => _made.ForEach(c => c.Dispose());

    private X509Certificate2 Keep(X509Certificate2 certificate)
    {
        _made.Add(certificate);
        return certificate;
    }
}
