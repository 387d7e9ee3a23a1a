using Lorica.Contracts.Faults;

namespace Lorica.Model;

/// <summary>What a delivery came to: keys that the host holds now, and why the others did not get there.</summary>
[GenerateSerializer]
[Alias("Lorica.DeliveryResult")]
public sealed class DeliveryResult
{
    /// <summary>Keys that the host holds, with the right check value.</summary>
    [Id(0)]
    public List<ExpectedKey> Held { get; } = [];

    /// <summary>The others, with the reason of each: provider, key id, reason, detail one after the other.</summary>
    [Id(1)]
    public List<string> Faults { get; } = [];

    /// <summary>The others, with the reason of each.</summary>
    public IReadOnlyList<KeyReason> Reasons => [.. Faults.Chunk(4).Select(f => new KeyReason(f[0], f[1], f[2], f[3]))];

    /// <summary>Notes a key that did not get there.</summary>
    public void Missing(ExpectedKey key, string reason, string detail) =>
        Faults.AddRange([key.Provider, key.KeyId, reason, detail]);
}
