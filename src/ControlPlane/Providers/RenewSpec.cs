namespace Lorica.ControlPlane.Providers;

/// <summary>How the identity of a provider is renewed. What was uploaded is an opaque blob sealed to the broker.</summary>
[GenerateSerializer]
[Alias("Lorica.RenewSpec")]
public sealed record RenewSpec
{
    /// <summary>A self-signed identity gets a new key as well.</summary>
    [Id(0)]
    public bool NewKey { get; init; }

    /// <summary>HPKE encapsulation of an uploaded identity; empty for none.</summary>
    [Id(1)]
    public byte[] SealedEnc { get; init; } = [];

    /// <summary>The uploaded identity.</summary>
    [Id(2)]
    public byte[] SealedIdentity { get; init; } = [];

    /// <summary>What waits is forgotten, and nothing else is done.</summary>
    [Id(3)]
    public bool DiscardWaiting { get; init; }

    /// <summary>Also when keys in use are not visible to it.</summary>
    [Id(4)]
    public bool Force { get; init; }
}
