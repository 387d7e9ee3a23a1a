namespace Lorica.Model;

/// <summary>Objects that get one key.</summary>
internal sealed record KeyGroup
{
    /// <summary>Object ids.</summary>
    public IReadOnlyList<string> Objects { get; set; } = [];

    /// <summary>Key provider.</summary>
    public string Provider { get; set; } = "";

    /// <summary>A key that it has; null for a new one.</summary>
    public string? KeyId { get; set; }

    /// <summary>Its check value.</summary>
    public string? Kcv { get; set; }
}
