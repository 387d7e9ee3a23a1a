using Lorica.Crypto;

namespace Lorica.Host.Power;

/// <summary>What was verified of a VM's home or of a link of one of its disks when it was started; no secrets.</summary>
internal sealed record VerifiedObject
{
    public required Guid Id { get; init; }

    /// <summary>Provider of the KEK; empty for what is plain.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The KEK at its provider; empty for what is plain.</summary>
    public string KeyId { get; init; } = "";

    /// <summary>Check value of the KEK.</summary>
    public string Kcv { get; init; } = "";

    /// <summary>Generation of the bundle.</summary>
    public long Generation { get; init; }

    /// <summary>While a shallow recrypt works on the object: its new KEK, under which it may be already. Else null.</summary>
    public string? NextProvider { get; init; }

    /// <summary>The same KEK at its provider.</summary>
    public string? NextKeyId { get; init; }

    /// <summary>Its check value.</summary>
    public string? NextKcv { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public KeyId? Next => NextKeyId is { } id ? new KeyId(NextProvider ?? "", id) : null;

    [System.Text.Json.Serialization.JsonIgnore]
    public bool Encrypted => KeyId.Length > 0;

    [System.Text.Json.Serialization.JsonIgnore]
    public KeyId Key => new(Provider, KeyId);

    /// <summary>The same object on its way to another KEK; null: on no way.</summary>
    public VerifiedObject Towards(KeyId? next, string? kcv) =>
        this with { NextProvider = next?.Provider, NextKeyId = next?.Id, NextKcv = next is null ? null : kcv };

    /// <summary>The same object under another KEK.</summary>
    public VerifiedObject Under(KeyId key, string kcv, long generation) =>
        this with { Provider = key.Provider, KeyId = key.Id, Kcv = kcv, Generation = Math.Max(Generation, generation) };
}
