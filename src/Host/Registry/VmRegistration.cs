namespace Lorica.Host.Registry;

/// <summary>What this host knows of a VM besides its files. One JSON file per VM; no secrets.</summary>
internal sealed record VmRegistration
{
    /// <summary>The VM's immutable object id (<c>lorica.vmId</c>).</summary>
    public required Guid Id { get; init; }

    /// <summary>Datastore by name.</summary>
    public required string Datastore { get; init; }

    /// <summary>Folder on the datastore.</summary>
    public required string Folder { get; init; }

    /// <summary>Base name of the VM's files: <c>FILE.vmx</c>.</summary>
    public required string File { get; init; }

    /// <summary>The VM's own uid and gid, for its vmx and QEMU.</summary>
    public required uint Uid { get; init; }

    /// <summary>Highest epoch of an operation seen; lower ones are refused.</summary>
    public required long Epoch { get; init; }

    /// <summary>True while the VM is being made: after a crash all of it is removed.</summary>
    public bool Pending { get; init; }

    /// <summary>
    /// A decrypt job of this host made the home plain, and nothing has encrypted it since: a plain VMX where a record says
    /// encrypted is then no tampering but a job whose end the center has not heard of.
    /// </summary>
    public bool Decrypted { get; init; }

    /// <summary>The VM's files are being removed: its folder may be gone already.</summary>
    public bool Removing { get; init; }

    /// <summary>
    /// Folders to be removed: where a relocation copies to until it switches, and from where it came afterwards.
    /// </summary>
    public IReadOnlyList<VmLeftover> Leftovers { get; init; } = [];

    /// <summary>
    /// Disks whose files a change moves or removes, by name, noted before it does and forgotten once it has ended: the same
    /// request after a crash knows by it which files it is about. Null for none.
    /// </summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<NotedDisk>? Disks { get; init; }

    /// <summary>Name of the VMX file.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string VmxName => File + ".vmx";

    /// <summary>Path for people: <c>[datastore] folder/file.vmx</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string DisplayPath => DisplayOf(VmxName);

    /// <summary>Path for people of a file of the VM.</summary>
    public string DisplayOf(string file) => $"[{Datastore}] {Folder}/{file}";
}
