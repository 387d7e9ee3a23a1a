using Lorica.Crypto;

namespace Lorica.Host.Power;

/// <summary>What was verified of a VM's home or of one of its disks when it was started; no secrets.</summary>
internal sealed record VerifiedObject
{
    public required Guid Id { get; init; }

    /// <summary>Label of a disk; empty for the home.</summary>
    public string Label { get; init; } = "";

    /// <summary>Bytes of a disk.</summary>
    public long Capacity { get; init; }

    /// <summary>Provider of the KEK; empty for what is plain.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The KEK at its provider; empty for what is plain.</summary>
    public string KeyId { get; init; } = "";

    /// <summary>Check value of the KEK.</summary>
    public string Kcv { get; init; } = "";

    /// <summary>Generation of the bundle.</summary>
    public long Generation { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool Encrypted => KeyId.Length > 0;

    [System.Text.Json.Serialization.JsonIgnore]
    public KeyId Key => new(Provider, KeyId);

    /// <summary>The same object under another KEK.</summary>
    public VerifiedObject Under(KeyId key, string kcv, long generation) =>
        this with { Provider = key.Provider, KeyId = key.Id, Kcv = kcv, Generation = Math.Max(Generation, generation) };
}
