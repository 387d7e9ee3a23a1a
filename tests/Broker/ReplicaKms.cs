using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Contracts.Broker;
using Lorica.Kmip;
using Lorica.Platform.Trust;

namespace Lorica.Broker.Tests;

/// <summary>One of several KMIP servers over the same objects; it can be stopped and started again on its port.</summary>
internal sealed class ReplicaKms : IAsyncDisposable
{
    private readonly NodeIdentity _identity;
    private readonly IKmipObjectStore _store;
    private KmipServer? _server;
    private int _port;

    public ReplicaKms(TestPki pki, string name, IKmipObjectStore store)
    {
        (_identity, _store) = (pki.Issue(name, "kms"), store);
        Start();
    }

    public int Requests;

    /// <summary>Objects belong to the public key of a client, and a client is let in when this says so; null: all are
    /// one.</summary>
    public Func<X509Certificate2, bool>? LetsIn { get; set; }

    public PinnedServer Pinned => new()
    {
        Address = new ServerAddress { Host = "127.0.0.1", Port = _port },
        CertificateSha256 = Convert.ToHexStringLower(_identity.Certificate.GetCertHash(HashAlgorithmName.SHA256)),
        ConnectTimeoutMs = 2000,
    };

    public void Start()
    {
        var context = SslStreamCertificateContext.Create(_identity.Certificate, null, offline: true);
        _server = new KmipServer(new KmipServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, _port),
            Certificate = () => context,
            Authenticate = (certificate, _) => LetsIn is not { } letsIn
                ? new KmipClientVerdict(new KmipClientIdentity("owner", certificate.Subject), null)
                : letsIn(certificate)
                    ? new KmipClientVerdict(new KmipClientIdentity(Peer.PinOf(certificate), certificate.Subject), null)
                    : new KmipClientVerdict(null, "not trusted"),
            Audit = _ => Interlocked.Increment(ref Requests),
        }, _store);
        _port = _server.Start().Port;
    }

    public async Task StopAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _server = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
