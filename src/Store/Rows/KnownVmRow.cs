namespace Lorica.Store.Rows;

/// <summary>
/// A VM that was unregistered: what its files are measured against when they come back. Its records stay as known.
/// </summary>
public sealed class KnownVmRow
{
    /// <summary>Immutable object id.</summary>
    public required string VmId { get; set; }

    /// <summary>Display name when it left.</summary>
    public required string Name { get; set; }

    /// <summary>Host on which it was.</summary>
    public required string HostId { get; set; }

    /// <summary><c>[datastore] folder/file.vmx</c>.</summary>
    public required string Path { get; set; }

    /// <summary>Epoch of its last operation: the next one, on whichever host, is above.</summary>
    public long Epoch { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long LeftAt { get; set; }
}
