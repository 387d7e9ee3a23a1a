namespace Lorica.Model;

/// <summary>
/// The part of <see cref="FirstTaskArguments"/> for registering, unregistering, renaming, migrating and changes of disks.
/// </summary>
// Not `init`: source-generated JSON would replace the default of an init-only member that the text leaves out.
internal sealed record FirstLifeArguments
{
    /// <summary><c>[datastore] folder/file</c>, of a VM or of a disk.</summary>
    public string Path { get; set; } = "";

    /// <summary>Host to which it goes.</summary>
    public string HostId { get; set; } = "";

    /// <summary>Host from which it comes.</summary>
    public string FromHostId { get; set; } = "";

    /// <summary>New name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Name before.</summary>
    public string OldName { get; set; } = "";

    /// <summary>Place of a disk.</summary>
    public string Label { get; set; } = "";

    /// <summary>Object id of a disk.</summary>
    public string ObjectId { get; set; } = "";

    /// <summary>Bytes.</summary>
    public long Capacity { get; set; }

    /// <summary><c>thin</c>, <c>lazyZeroed</c>, <c>eagerZeroed</c>.</summary>
    public string Provisioning { get; set; } = "";

    /// <summary>Policy of a disk; empty: none was named.</summary>
    public string PolicyId { get; set; } = "";

    /// <summary>A key that was named, or that the disk has; empty: none.</summary>
    public string Provider { get; set; } = "";

    /// <summary>Its id.</summary>
    public string KeyId { get; set; } = "";

    /// <summary>Its check value.</summary>
    public string Kcv { get; set; } = "";

    /// <summary>The disk is encrypted, or shall be.</summary>
    public bool Encrypted { get; set; }

    /// <summary>An operator says that whoever held the lock last is cut off.</summary>
    public bool Fenced { get; set; }

    /// <summary>What registering recorded: the objects that the files name as encrypted.</summary>
    public List<RecordPlan> Records { get; set; } = [];

    /// <summary>
    /// Privileges beside that of the operation that were asked for at the VM; they are again when it is taken up.
    /// </summary>
    public List<string> Asked { get; set; } = [];

    /// <summary>Unlock with keys that are not active on their KMS any more.</summary>
    public bool Deactivated { get; set; }
}
