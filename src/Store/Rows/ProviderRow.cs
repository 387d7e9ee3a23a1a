namespace Lorica.Store.Rows;

/// <summary>A key provider as registered; credentials are the broker's alone.</summary>
public sealed class ProviderRow
{
    /// <summary>Name, part of every key locator.</summary>
    public required string Name { get; set; }

    /// <summary>Gives the keys when none is named.</summary>
    public bool IsDefault { get; set; }

    /// <summary>JSON list of servers with their pinned certificates.</summary>
    public required string Servers { get; set; }

    /// <summary><c>broker</c>, <c>selfSigned</c>, <c>uploaded</c> or <c>csr</c>.</summary>
    public required string Identity { get; set; }

    /// <summary>Client certificate shown to the KMS.</summary>
    public required string ClientCertificatePem { get; set; }

    /// <summary>SHA-256 of it, hex.</summary>
    public required string ClientCertificateSha256 { get; set; }

    /// <summary>Its end, Unix seconds; 0 when unknown.</summary>
    public long ClientNotAfter { get; set; }

    /// <summary>User name at servers that want one beside the certificate; empty for none.</summary>
    public string UserName { get; set; } = "";

    /// <summary>Days before its end at which the client certificate was last warned of; 0 when it was not.</summary>
    public int ClientWarned { get; set; }

    /// <summary>The same of the server certificate that ends first.</summary>
    public int ServerWarned { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }
}
