namespace Lorica.ControlPlane.Store;

/// <summary>A key provider as registered; credentials are the broker's alone.</summary>
public sealed class ProviderRow
{
    /// <summary>Name, part of every key locator.</summary>
    public required string Name { get; set; }

    /// <summary>Gives the keys when none is named.</summary>
    public bool IsDefault { get; set; }

    /// <summary>JSON list of servers with their pinned certificates.</summary>
    public required string Servers { get; set; }

    /// <summary><c>broker</c>, <c>selfSigned</c> or <c>uploaded</c>.</summary>
    public required string Identity { get; set; }

    /// <summary>Client certificate shown to the KMS.</summary>
    public required string ClientCertificatePem { get; set; }

    /// <summary>SHA-256 of it, hex.</summary>
    public required string ClientCertificateSha256 { get; set; }

    /// <summary>Its end, Unix seconds; 0 when unknown.</summary>
    public long ClientNotAfter { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }
}
