using Lorica.Contracts.Trust;

namespace Lorica.Broker.Providers;

/// <summary>
/// A provider as its file keeps it (<c>providers/&lt;hex of the name&gt;.json</c>). Private keys and the password are in there
/// sealed only, each for this name and these servers (<see cref="ProviderBinding"/>): a blob that is moved to another provider's
/// file, or whose servers were edited, does not open.
/// </summary>
internal sealed record ProviderEntry
{
    /// <summary>The form that is written. A file without a form is of the first, which bound blobs to the name alone.</summary>
    public const int PresentForm = 2;

    /// <summary>Part of every key locator.</summary>
    public required string Name { get; init; }

    /// <summary>How its blobs are sealed.</summary>
    public int Form { get; init; }

    /// <summary>Replicas, in the order in which they are tried.</summary>
    public required IReadOnlyList<ServerEntry> Servers { get; init; }

    /// <summary><c>brokerCertificate</c>, <c>selfSigned</c>, <c>uploaded</c>, <c>requested</c>.</summary>
    public required string Identity { get; init; }

    /// <summary>Client certificate shown to the servers, PEM; null for the broker's own.</summary>
    public string? CertificatePem { get; init; }

    /// <summary>PEM certificate and private key under <see cref="SealKey"/>; null for the broker's own.</summary>
    public byte[]? SealedIdentity { get; init; }

    /// <summary>
    /// SHA-256 of the SubjectPublicKeyInfo: shows that the broker's own key is another one than when it was last looked at.
    /// </summary>
    public string? KeySha256 { get; init; }

    /// <summary>When the identity was taken into use, Unix seconds; 0 when nobody knows.</summary>
    public long IdentitySinceUnix { get; init; }

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

    /// <summary>What was in use before; kept until the next change.</summary>
    public KeptIdentity? Former { get; init; }

    /// <summary>Made here, and not let in by the KMS when it was tried.</summary>
    public KeptIdentity? Waiting { get; init; }

    /// <summary>
    /// Since when the identity is one that was not proven to see the keys in use, Unix seconds; 0 when it was.
    /// </summary>
    public long UnprovenSinceUnix { get; init; }

    /// <summary>Removed; kept for the identity, until the name is taken again.</summary>
    public bool Removed { get; init; }

    /// <summary>The identity in use, as it is kept when another takes its place.</summary>
    public KeptIdentity Kept() => new()
    {
        Kind = Identity, CertificatePem = CertificatePem, Sealed = SealedIdentity, KeySha256 = KeySha256,
        SinceUnix = IdentitySinceUnix, UserName = UserName, SealedCredential = SealedCredential, ProbeKeyId = ProbeKeyId,
        ProbeKcv = ProbeKcv,
    };

    /// <summary>The same provider with <paramref name="kept"/> in use; its credential and probe key come with it.</summary>
    public ProviderEntry With(KeptIdentity kept) => this with
    {
        Identity = kept.Kind,
        CertificatePem = kept.CertificatePem,
        SealedIdentity = kept.Sealed,
        KeySha256 = kept.KeySha256,
        UserName = kept.UserName,
        SealedCredential = kept.SealedCredential,
        ProbeKeyId = kept.ProbeKeyId ?? ProbeKeyId,
        ProbeKcv = kept.ProbeKeyId is null ? ProbeKcv : kept.ProbeKcv,
    };

    /// <summary>To what its blobs are sealed.</summary>
    public byte[] Binding() =>
        ProviderBinding.Of(Name, Servers.Select(s => (s.Host, s.Port, s.CertificateSha256)));

    /// <summary>Whether anything in it needs the seal key.</summary>
    public bool HasSealed() => new[]
    {
        SealedIdentity, SealedRequestedKey, SealedCredential, Former?.Sealed, Former?.SealedCredential, Waiting?.Sealed,
        Waiting?.SealedCredential,
    }.Any(blob => blob is { Length: > 0 });
}
