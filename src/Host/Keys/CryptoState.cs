namespace Lorica.Host.Keys;

/// <summary>
/// <c>STATE/crypto.json</c>: encryption mode as it survives a restart. The name of the host key, never the key.
/// </summary>
internal sealed record CryptoState
{
    /// <summary>Provider of the host key.</summary>
    public string? Provider { get; init; }

    /// <summary>Its identifier on the KMS.</summary>
    public string? KeyId { get; init; }

    /// <summary>Its check value.</summary>
    public string? Kcv { get; init; }

    /// <summary>Disabled: the next start is incapable.</summary>
    public bool Disabled { get; init; }
}
