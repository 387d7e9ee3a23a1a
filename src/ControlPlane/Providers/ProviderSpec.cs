namespace Lorica.ControlPlane.Providers;

/// <summary>
/// What a provider is to be; on a change, what is absent stays. Identity and credential are opaque blobs sealed to the broker;
/// the center cannot open them.
/// </summary>
[GenerateSerializer]
[Alias("Lorica.ProviderSpec")]
public sealed record ProviderSpec
{
    /// <summary>Replicas in the order in which they are tried.</summary>
    [Id(0)]
    public List<ServerSpec>? Servers { get; init; }

    /// <summary><c>broker</c>, <c>selfSigned</c>, <c>csr</c> or <c>uploaded</c>.</summary>
    [Id(1)]
    public string? Identity { get; init; }

    /// <summary>HPKE encapsulation, with <c>uploaded</c>.</summary>
    [Id(2)]
    public byte[] SealedEnc { get; init; } = [];

    /// <summary>The sealed identity, with <c>uploaded</c>.</summary>
    [Id(3)]
    public byte[] SealedIdentity { get; init; } = [];

    /// <summary>HPKE encapsulation of a credential; empty for none.</summary>
    [Id(4)]
    public byte[] CredentialEnc { get; init; } = [];

    /// <summary>The sealed credential.</summary>
    [Id(5)]
    public byte[] SealedCredential { get; init; } = [];

    /// <summary>The credential is forgotten.</summary>
    [Id(6)]
    public bool NoCredential { get; init; }

    /// <summary>It becomes the default.</summary>
    [Id(7)]
    public bool MakeDefault { get; init; }

    /// <summary>A new identity or credential also when keys in use are not visible to it.</summary>
    [Id(8)]
    public bool Force { get; init; }
}
