namespace Lorica.ControlPlane.Providers;

/// <summary>What a provider is to be. The identity is an opaque blob sealed to the broker; the center cannot open it.</summary>
[GenerateSerializer]
[Alias("Lorica.ProviderSpec")]
public sealed record ProviderSpec
{
    /// <summary>Addresses: host, port and pinned certificate of each server.</summary>
    [Id(0)]
    public required List<ServerSpec> Servers { get; init; }

    /// <summary><c>broker</c>, <c>selfSigned</c> or <c>uploaded</c>.</summary>
    [Id(1)]
    public required string Identity { get; init; }

    /// <summary>HPKE encapsulation, with <c>uploaded</c>.</summary>
    [Id(2)]
    public byte[] SealedEnc { get; init; } = [];

    /// <summary>The sealed identity, with <c>uploaded</c>.</summary>
    [Id(3)]
    public byte[] SealedIdentity { get; init; } = [];
}
