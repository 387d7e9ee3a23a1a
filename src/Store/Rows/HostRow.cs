using Lorica.Model;

namespace Lorica.Store.Rows;

/// <summary>A host as the center last saw it.</summary>
public sealed class HostRow
{
    /// <summary>Host id.</summary>
    public required string Id { get; set; }

    /// <summary>Display name.</summary>
    public required string Name { get; set; }

    /// <summary>Container: a cluster or a datacenter.</summary>
    public string ParentId { get; set; } = InventoryIds.FirstCluster;

    /// <summary>In maintenance: no VM is powered on or placed here.</summary>
    public bool Maintenance { get; set; }

    /// <summary>Container in which its host key was made; empty when it has none.</summary>
    public string CryptoParentId { get; set; } = "";

    /// <summary>Address and port.</summary>
    public required string Address { get; set; }

    /// <summary>SHA-256 of its public key, hex.</summary>
    public required string Pin { get; set; }

    /// <summary><c>connecting</c>, <c>connected</c> or <c>disconnected</c>.</summary>
    public required string State { get; set; }

    /// <summary>Why it is not connected.</summary>
    public string Detail { get; set; } = "";

    /// <summary>Its last boot id.</summary>
    public string BootId { get; set; } = "";

    /// <summary>Its last description (protocol buffer).</summary>
    public byte[]? Description { get; set; }
}
