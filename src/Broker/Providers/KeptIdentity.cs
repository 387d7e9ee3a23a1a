namespace Lorica.Broker.Providers;

/// <summary>
/// An identity of a provider that is not in use: the former one, or one that waits until the KMS lets it in. Sealed like the one
/// in use, in the same file; the two can change places without being opened.
/// </summary>
internal sealed record KeptIdentity
{
    /// <summary>As <see cref="ProviderEntry.Identity"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its certificate, PEM; null for the broker's own.</summary>
    public string? CertificatePem { get; init; }

    /// <summary>PEM certificate and private key under <see cref="SealKey"/>; null for the broker's own.</summary>
    public byte[]? Sealed { get; init; }

    /// <summary>SHA-256 of its SubjectPublicKeyInfo.</summary>
    public string? KeySha256 { get; init; }

    /// <summary>When it was taken into use, Unix seconds; 0 when it never was or nobody knows.</summary>
    public long SinceUnix { get; init; }

    /// <summary>User name that belongs to it; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>As <see cref="ProviderEntry.SealedCredential"/>.</summary>
    public byte[]? SealedCredential { get; init; }

    /// <summary>The probe key that it sees.</summary>
    public string? ProbeKeyId { get; init; }

    /// <summary>Check value of that.</summary>
    public string? ProbeKcv { get; init; }
}
