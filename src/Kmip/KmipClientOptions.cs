using System.Security.Cryptography.X509Certificates;

namespace Lorica.Kmip;

/// <summary>Where a server is, how it is known, and who we are.</summary>
public sealed record KmipClientOptions
{
    /// <summary>The registered port of KMIP.</summary>
    public const int DefaultPort = 5696;

    /// <summary>Name or address of the server.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>HTTP proxy through which the server is reached (CONNECT); null connects directly.</summary>
    public KmipProxy? Proxy { get; init; }

    /// <summary>For TCP connect and TLS handshake together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the first byte sent to the last byte received of one request.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A connection unused for longer is closed and made anew, since servers drop idle ones silently.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Our certificate with its private key. The caller owns it and keeps it alive as long as the client.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>How the server is known.</summary>
    public required KmipServerTrust ServerTrust { get; init; }

    /// <summary>Cipher suites that are offered.</summary>
    public KmipTlsSuites Suites { get; init; }

    /// <summary>User name for servers that ask for one beside the certificate.</summary>
    public string? UserName { get; init; }

    /// <summary>Shows the password that goes with <see cref="UserName"/>.</summary>
    public KmipPassword? Password { get; init; }

    /// <summary>The newest version to use; what the server has in common with this is negotiated.</summary>
    public KmipVersion MaximumVersion { get; init; } = KmipVersion.V14;

    /// <summary>
    /// The server is known not to take several items in one message (<see cref="KmipClient.OneByOne"/> of an earlier client).
    /// </summary>
    public bool OneByOne { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Prints without the password.</summary>
    public override string ToString() => $"{Host}:{Port}";
}
