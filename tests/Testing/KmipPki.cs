using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lorica.Testing;

/// <summary>A throw-away authority with a KMIP server and some clients, also as PEM files for other programs.</summary>
public sealed class KmipPki : IDisposable
{
    private readonly TestCa _ca = new(rsa: true);

    public KmipPki()
    {
        ServerCertificate = Issue("CN=localhost", TestCa.ServerUse);
        ClientA = Issue("CN=client a, OU=broker", TestCa.ClientUse);
        ClientB = Issue("CN=client b, OU=broker", TestCa.ClientUse);
    }

    public X509Certificate2 Root => _ca.Certificate;

    public X509Certificate2 ServerCertificate { get; }

    public X509Certificate2 ClientA { get; }

    public X509Certificate2 ClientB { get; }

    public X509Certificate2 Issue(string subject, string use, int bits = 2048)
    {
        using var key = RSA.Create(bits);
        return _ca.Issue(new X500DistinguishedName(subject), key, loopback: true, use);
    }

    public X509Certificate2 SelfSigned(string subject) => _ca.SelfSigned(subject);

    /// <summary>Writes ca.crt and NAME.crt, NAME.key as other programs like them.</summary>
    public void WriteTo(string folder)
    {
        File.WriteAllText($"{folder}/ca.crt", _ca.Pem);
        foreach (var (name, certificate) in new[] { ("server", ServerCertificate), ("client", ClientA), ("client-b", ClientB) })
        {
            File.WriteAllText($"{folder}/{name}.crt", certificate.ExportCertificatePem());
            using var key = certificate.GetRSAPrivateKey()!;
            File.WriteAllText($"{folder}/{name}.key", key.ExportPkcs8PrivateKeyPem());
        }
    }

    public void Dispose() => _ca.Dispose();
}
