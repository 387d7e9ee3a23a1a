using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lorica.Kmip.Tests.Server;

/// <summary>Our server on a free loopback port, with objects in memory.</summary>
public sealed class TestServer : IAsyncLifetime
{
    private KmipServer _server = null!;

    public KmipPki Pki { get; } = new();

    public KmipMemoryStore Store { get; } = new();

    public ConcurrentQueue<KmipAuditEvent> Audit { get; } = [];

    public ConcurrentQueue<Exception> Faults { get; } = [];

    public int Port { get; private set; }

    public bool UniqueNames { get; init; } = true;

    public ValueTask InitializeAsync()
    {
        var context = SslStreamCertificateContext.Create(Pki.ServerCertificate, [Pki.Root], offline: true);
        _server = new(
            new()
            {
                Listen = new(IPAddress.Loopback, 0),
                Certificate = () => context,
                Authenticate = (certificate, _) => certificate.Issuer == Pki.Root.Subject
                    ? new(new(Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo())),
                        certificate.Subject), null)
                    : new(null, "a stranger"),
                Audit = Audit.Enqueue,
                Fault = (e, _) => Faults.Enqueue(e),
                UniqueNames = UniqueNames,
                MessageTimeout = TimeSpan.FromSeconds(2),
            },
            Store);
        Port = _server.Start().Port;
        return ValueTask.CompletedTask;
    }

    public KmipClient Client(X509Certificate2? certificate = null, KmipVersion? version = null) => KmipClient.Create(new()
    {
        Host = "localhost",
        Port = Port,
        ClientCertificate = certificate ?? Pki.ClientA,
        ServerTrust = new() { Roots = [Pki.Root] },
        MaximumVersion = version ?? KmipVersion.V14,
    });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Pki.Dispose();
    }
}
