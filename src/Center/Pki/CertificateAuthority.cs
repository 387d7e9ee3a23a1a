using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lorica.Center.Pki;

/// <summary>
/// The small CA of a center: one P-256 root that signs certificates of nodes. The role of a node is its organizational unit; that
/// it is the right node is decided by pins, not by names.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    private const int RootYears = 10;
    private const int NodeYears = 3;
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    /// <summary>Clocks of nodes may differ by this much.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(10);

    private readonly X509Certificate2 _root;
    private readonly TimeProvider _time;

    private CertificateAuthority(X509Certificate2 root, TimeProvider time)
    {
        _root = root;
        _time = time;
    }

    /// <summary>PEM of the root.</summary>
    public string RootPem => _root.ExportCertificatePem() + "\n";

    /// <summary>Makes a new root.</summary>
    /// <returns>The authority and the PEM of its key.</returns>
    public static (CertificateAuthority Authority, string KeyPem) Create(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(
            $"CN=Lorica CA {RandomNumberGenerator.GetHexString(8, lowercase: true)}, O=Lorica", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        var root = request.CreateSelfSigned(now - Skew, now.AddYears(RootYears));
        return (new CertificateAuthority(root, time), key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Reads the root of <paramref name="folder"/> (<c>ca.crt</c>, <c>ca.key</c>).</summary>
    public static CertificateAuthority Load(string folder, TimeProvider time) =>
        new(X509Certificate2.CreateFromPemFile(Path.Combine(folder, NodeFiles.Ca), Path.Combine(folder, NodeFiles.CaKey)), time);

    /// <summary>Issues a certificate with a new key.</summary>
    /// <param name="role">One of <see cref="Contracts.Trust.Roles"/>.</param>
    /// <param name="name">Common name.</param>
    /// <param name="client">May it be a TLS client.</param>
    /// <returns>PEM of certificate and key, and the certificate.</returns>
    public (string CertificatePem, string KeyPem, X509Certificate2 Certificate) Issue(string role, string name, bool client)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = Issue(role, name, new PublicKey(key), client);
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n", certificate);
    }

    /// <summary>Issues a certificate for the key of somebody else.</summary>
    public X509Certificate2 Issue(string role, string name, PublicKey key, bool client)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        subject.AddOrganizationalUnitName(role);
        subject.AddOrganizationName("Lorica");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        var usages = new OidCollection { new Oid(ServerAuth) };
        if (client)
        {
            usages.Add(new Oid(ClientAuth));
        }

        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_root, true, false));
        request.CertificateExtensions.Add(AlternativeNames());

        var now = _time.GetUtcNow();
        var end = now.AddYears(NodeYears);
        var rootEnd = new DateTimeOffset(_root.NotAfter);
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return request.Create(_root, now - Skew, end < rootEnd ? end : rootEnd, serial);
    }

    /// <inheritdoc />
    public void Dispose() => _root.Dispose();

    private static X509Extension AlternativeNames()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        names.AddDnsName("localhost");
        string host = Environment.MachineName;
        if (host.Length > 0 && Uri.CheckHostName(host) == UriHostNameType.Dns && host != "localhost")
        {
            names.AddDnsName(host);
        }

        return names.Build();
    }
}
