namespace Lorica.ControlPlane.Model;

/// <summary>
/// The part of <see cref="FirstTaskArguments"/> for registering, unregistering, renaming, migrating and changes of disks.
/// </summary>
internal sealed record FirstLifeArguments
{
    /// <summary><c>[datastore] folder/file</c>, of a VM or of a disk.</summary>
    public string Path { get; init; } = "";

    /// <summary>Host to which it goes.</summary>
    public string HostId { get; init; } = "";

    /// <summary>Host from which it comes.</summary>
    public string FromHostId { get; init; } = "";

    /// <summary>New name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Name before.</summary>
    public string OldName { get; init; } = "";

    /// <summary>Place of a disk.</summary>
    public string Label { get; init; } = "";

    /// <summary>Object id of a disk.</summary>
    public string ObjectId { get; init; } = "";

    /// <summary>Bytes.</summary>
    public long Capacity { get; init; }

    /// <summary><c>thin</c>, <c>lazyZeroed</c>, <c>eagerZeroed</c>.</summary>
    public string Provisioning { get; init; } = "";

    /// <summary>Policy of a disk; empty: none was named.</summary>
    public string PolicyId { get; init; } = "";

    /// <summary>A key that was named, or that the disk has; empty: none.</summary>
    public string Provider { get; init; } = "";

    /// <summary>Its id.</summary>
    public string KeyId { get; init; } = "";

    /// <summary>Its check value.</summary>
    public string Kcv { get; init; } = "";

    /// <summary>The disk is encrypted, or shall be.</summary>
    public bool Encrypted { get; init; }

    /// <summary>An operator says that whoever held the lock last is cut off.</summary>
    public bool Fenced { get; init; }

    /// <summary>What registering recorded: the objects that the files name as encrypted.</summary>
    public List<RecordPlan> Records { get; init; } = [];

    /// <summary>
    /// Privileges beside that of the operation that were asked for at the VM; they are again when it is taken up.
    /// </summary>
    public List<string> Asked { get; init; } = [];

    /// <summary>Unlock with keys that are not active on their KMS any more.</summary>
    public bool Deactivated { get; init; }
}
