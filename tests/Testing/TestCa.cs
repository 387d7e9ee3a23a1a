using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lorica.Testing;

/// <summary>A certificate authority that lives for one test.</summary>
public sealed class TestCa : IDisposable
{
    /// <summary>Extended key usages.</summary>
    public const string ServerUse = "1.3.6.1.5.5.7.3.1", ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly List<X509Certificate2> _made = [];
    private readonly AsymmetricAlgorithm _key;

    /// <param name="rsa">RSA as KMIP servers have it; else P-256 as the center has it.</param>
    public TestCa(bool rsa = false)
    {
        _key = rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(new X500DistinguishedName("CN=Test CA"), _key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Certificate = Keep(request.CreateSelfSigned(From, Until));
    }

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem();

    private static DateTimeOffset From { get; } = TimeProvider.System.GetUtcNow().AddDays(-1);

    private static DateTimeOffset Until { get; } = TimeProvider.System.GetUtcNow().AddDays(10);

    /// <summary>A node's name: its role is the organizational unit.</summary>
    public static X500DistinguishedName Node(string name, string role)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationalUnitName(role);
        subject.AddCommonName(name);
        return subject.Build();
    }

    /// <summary>Issues a certificate with its key.</summary>
    /// <param name="loopback">Whether it is good for <c>localhost</c> and 127.0.0.1.</param>
    public X509Certificate2 Issue(
        X500DistinguishedName subject, AsymmetricAlgorithm key, bool loopback, params string[] uses)
    {
        var request = Request(subject, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(Uses(uses));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | (key is RSA ? X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.None),
            true));
        if (loopback)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        using var issued = Sign(request);
        return WithKey(issued, key);
    }

    /// <summary>Issues the certificate of a node that is reached at 127.0.0.1.</summary>
    public X509Certificate2 Server(string role)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Issue(Node("node", role), key, loopback: true, ServerUse);
    }

    /// <summary>Signs what somebody asks for, as it is asked for.</summary>
    public X509Certificate2 Sign(CertificateRequest request) => request.Create(
        Certificate.SubjectName,
        _key is RSA rsa
            ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
            : X509SignatureGenerator.CreateForECDsa((ECDsa)_key),
        From, Until, RandomNumberGenerator.GetBytes(16));

    /// <summary>One that nobody signed.</summary>
    public X509Certificate2 SelfSigned(string subject)
    {
        using var key = RSA.Create(2048);
        using var made = Request(new X500DistinguishedName(subject), key).CreateSelfSigned(From, Until);
        return Keep(X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null));
    }

    /// <summary>What a certificate may be used for.</summary>
    public static X509EnhancedKeyUsageExtension Uses(params string[] uses) => new([.. uses.Select(u => new Oid(u))], false);

    public void Dispose()
    {
        _made.ForEach(c => c.Dispose());
        _key.Dispose();
    }

    private X509Certificate2 WithKey(X509Certificate2 issued, AsymmetricAlgorithm key)
    {
        using var both = key is RSA rsa ? issued.CopyWithPrivateKey(rsa) : issued.CopyWithPrivateKey((ECDsa)key);
        return Keep(X509CertificateLoader.LoadPkcs12(
            both.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable));
    }

    private static CertificateRequest Request(X500DistinguishedName subject, AsymmetricAlgorithm key) => key is RSA rsa
        ? new(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : new(subject, (ECDsa)key, HashAlgorithmName.SHA256);

    private X509Certificate2 Keep(X509Certificate2 certificate)
    {
        lock (_made)
            _made.Add(certificate);
        return certificate;
    }
}
