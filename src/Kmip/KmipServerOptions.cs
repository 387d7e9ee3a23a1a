using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Lorica.Kmip;

/// <summary>How a server listens, whom it lets in and what it allows at most.</summary>
public sealed record KmipServerOptions
{
    /// <summary>Where to listen; port 0 takes any free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>
    /// The server's certificate with its chain; asked at every handshake, so that a renewed one is used at once.
    /// </summary>
    public required Func<SslStreamCertificateContext> Certificate { get; init; }

    /// <summary>Decides about a client's certificate (and what else it sent as its chain).</summary>
    public required Func<X509Certificate2, X509Certificate2Collection, KmipClientVerdict> Authenticate { get; init; }

    /// <summary>
    /// Told of every operation on objects before its answer is sent, and of refused connections. When it throws, the answer is a
    /// failure and no material leaves.
    /// </summary>
    public Action<KmipAuditEvent> Audit { get; init; } = static _ => { };

    /// <summary>Told of defects: what was thrown, and the correlation id that the client got instead.</summary>
    public Action<Exception, string> Fault { get; init; } = static (_, _) => { };

    /// <summary>Vendor Identification in Query.</summary>
    public string VendorIdentification { get; init; } = "Lorica KMS";

    /// <summary>
    /// Told what an operator should look at, at most once a minute: connections whose handshake never ended.
    /// </summary>
    public Action<string> Warning { get; init; } = static _ => { };

    /// <summary>Cipher suites that are taken.</summary>
    public KmipTlsSuites Suites { get; init; }

    /// <summary>Connections of clients that were let in, at one time.</summary>
    public int MaximumConnections { get; init; } = 256;

    /// <summary>Connections of one identity at one time.</summary>
    public int MaximumConnectionsPerClient { get; init; } = 64;

    /// <summary>
    /// TLS handshakes under way at one time; they take no place of a client that was let in. A new one that finds no room takes
    /// that of the oldest of the address that has the most.
    /// </summary>
    public int MaximumHandshakes { get; init; } = 128;

    /// <summary>Of one address, or of one /64 network of IPv6.</summary>
    public int MaximumHandshakesPerAddress { get; init; } = 16;

    /// <summary>From this machine itself, where proxies and many clients may stand behind one address.</summary>
    public int MaximumHandshakesFromLoopback { get; init; } = 64;

    /// <summary>For the TLS handshake.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>From the first byte of a message to its last, and for sending an answer.</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A connection without a request for longer is closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Names are unique among the live objects of an owner (KMIP 1.1, 3.2).</summary>
    public bool UniqueNames { get; init; } = true;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
