using Lorica.Model;

namespace Lorica.Store.Rows;

/// <summary>
/// A VM that the center placed on a host. What its files say is asked of the host; this is what the center decided.
/// </summary>
public sealed class VmRow
{
    /// <summary>Immutable object id, RFC 4122 text, lower case.</summary>
    public required string Id { get; set; }

    /// <summary>Display name, unique.</summary>
    public required string Name { get; set; }

    /// <summary>Host on which the center placed it.</summary>
    public required string HostId { get; set; }

    /// <summary>Container: a datacenter or a folder.</summary>
    public string ParentId { get; set; } = InventoryIds.FirstDatacenter;

    /// <summary>Datastore by name.</summary>
    public required string Datastore { get; set; }

    /// <summary>One of <c>VmStates</c>.</summary>
    public required string State { get; set; }

    /// <summary>Number of the last operation; taken by compare-and-swap, the host refuses lower ones.</summary>
    public long Epoch { get; set; }

    /// <summary><c>unlocked</c> or <c>locked</c>.</summary>
    public string CryptoState { get; set; } = "unlocked";

    /// <summary>JSON list of the keys out of reach and why, while locked.</summary>
    public string LockedKeys { get; set; } = "[]";

    /// <summary>The host's last description (protocol buffer), for the time when the host does not answer.</summary>
    public byte[]? Snapshot { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }
}
