namespace Lorica.Broker.Providers;

/// <summary>
/// A provider as its file keeps it (<c>providers/&lt;hex of the name&gt;.json</c>). The private key is in there sealed only.
/// </summary>
internal sealed record ProviderEntry
{
    /// <summary>Part of every key locator.</summary>
    public required string Name { get; init; }

    /// <summary>Replicas, in the order in which they are tried.</summary>
    public required IReadOnlyList<ServerEntry> Servers { get; init; }

    /// <summary><c>brokerCertificate</c>, <c>selfSigned</c>, <c>uploaded</c>, <c>requested</c>.</summary>
    public required string Identity { get; init; }

    /// <summary>Client certificate shown to the servers, PEM; null for the broker's own.</summary>
    public string? CertificatePem { get; init; }

    /// <summary>PEM certificate and private key under <see cref="SealKey"/>; null for the broker's own.</summary>
    public byte[]? SealedIdentity { get; init; }

    /// <summary>PEM private key of a certificate that was requested and has not come yet, under <see cref="SealKey"/>.</summary>
    public byte[]? SealedRequestedKey { get; init; }

    /// <summary>User name at servers that want one beside the certificate; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>User name, line feed, password, under <see cref="SealKey"/>.</summary>
    public byte[]? SealedCredential { get; init; }

    /// <summary>Key that health checks fetch; made at the first check.</summary>
    public string? ProbeKeyId { get; init; }

    /// <summary>Check value of the probe key.</summary>
    public string? ProbeKcv { get; init; }
}
