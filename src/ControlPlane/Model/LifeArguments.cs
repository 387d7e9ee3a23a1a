namespace Lorica.ControlPlane.Model;

/// <summary>
/// What registering, unregistering, renaming, migrating and changes of disks were asked for; kept with the task.
/// </summary>
[GenerateSerializer]
[Alias("Lorica.LifeArguments")]
public sealed record LifeArguments
{
    /// <summary><c>[datastore] folder/file</c>, of a VM or of a disk.</summary>
    [Id(0)]
    public string Path { get; set; } = "";

    /// <summary>Host to which it goes.</summary>
    [Id(1)]
    public string HostId { get; set; } = "";

    /// <summary>Host from which it comes.</summary>
    [Id(2)]
    public string FromHostId { get; set; } = "";

    /// <summary>New name.</summary>
    [Id(3)]
    public string Name { get; set; } = "";

    /// <summary>Name before.</summary>
    [Id(4)]
    public string OldName { get; set; } = "";

    /// <summary>Place of a disk.</summary>
    [Id(5)]
    public string Label { get; set; } = "";

    /// <summary>Object id of a disk.</summary>
    [Id(6)]
    public string ObjectId { get; set; } = "";

    /// <summary>Bytes.</summary>
    [Id(7)]
    public long Capacity { get; set; }

    /// <summary><c>thin</c>, <c>lazyZeroed</c>, <c>eagerZeroed</c>.</summary>
    [Id(8)]
    public string Provisioning { get; set; } = "";

    /// <summary>Policy of a disk; empty: none was named.</summary>
    [Id(9)]
    public string PolicyId { get; set; } = "";

    /// <summary>A key that was named, or that the disk has; empty: none.</summary>
    [Id(10)]
    public string Provider { get; set; } = "";

    /// <summary>Its id.</summary>
    [Id(11)]
    public string KeyId { get; set; } = "";

    /// <summary>Its check value.</summary>
    [Id(12)]
    public string Kcv { get; set; } = "";

    /// <summary>The disk is encrypted, or shall be.</summary>
    [Id(13)]
    public bool Encrypted { get; set; }

    /// <summary>An operator says that whoever held the lock last is cut off.</summary>
    [Id(14)]
    public bool Fenced { get; set; }

    /// <summary>What registering recorded: the objects that the files name as encrypted.</summary>
    [Id(15)]
    public List<RecordPlan> Records { get; set; } = [];

    /// <summary>
    /// Privileges beside that of the operation that were asked for at the VM; they are again when it is taken up.
    /// </summary>
    [Id(16)]
    public List<string> Asked { get; set; } = [];

    /// <summary>Unlock with keys that are not active on their KMS any more.</summary>
    [Id(17)]
    public bool Deactivated { get; set; }
}
