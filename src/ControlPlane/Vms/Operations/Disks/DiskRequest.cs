namespace Lorica.ControlPlane.Vms.Operations.Disks;

/// <summary>A change of one disk of a VM that is off.</summary>
public abstract record DiskRequest
{
    /// <summary>Place of the disk: the label that it has, or gets; empty for the next free one.</summary>
    public string Label { get; init; } = "";

    /// <summary>Its object id; decided when it begins.</summary>
    public string ObjectId { get; init; } = "";

    /// <summary><c>[datastore] folder/file</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>It is encrypted, or shall be; decided when it begins.</summary>
    public bool Encrypted { get; init; }
}
