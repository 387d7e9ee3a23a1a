using Lorica.Contracts.Faults;

namespace Lorica.Model;

/// <summary>
/// A disk of a VM, as its host reads its files. What is said of its file is that of the link that takes the writes.
/// </summary>
public sealed record VmDisk
{
    /// <summary><c>virtio0:1</c>.</summary>
    public string Label { get; init; } = "";

    /// <summary>Size in bytes.</summary>
    public long Capacity { get; init; }

    /// <summary>
    /// What it is made of, first the link that takes the writes and stands for the disk, each over the next one; one.
    /// </summary>
    public required IReadOnlyList<VmDiskLink> Links { get; init; }

    /// <inheritdoc cref="VmDiskLink.Path"/>
    public string Path => Links[0].Path;

    /// <summary>Bytes allocated on the datastore, of all links.</summary>
    public long Used => Links.Sum(l => l.Used);

    /// <inheritdoc cref="VmDiskLink.Provisioning"/>
    public DiskFormat? Provisioning => Links[0].Provisioning;

    /// <inheritdoc cref="VmDiskLink.Encrypted"/>
    public bool Encrypted => Links[0].Encrypted;

    /// <inheritdoc cref="VmDiskLink.Key"/>
    public KeyName? Key => Links[0].Key;

    /// <inheritdoc cref="VmDiskLink.Kcv"/>
    public string Kcv => Links[0].Kcv;

    /// <inheritdoc cref="VmDiskLink.Generation"/>
    public long Generation => Links[0].Generation;

    /// <inheritdoc cref="VmDiskLink.ObjectId"/>
    public string ObjectId => Links[0].ObjectId;

    /// <inheritdoc cref="VmDiskLink.Transition"/>
    public UnfinishedWork? Transition => Links[0].Transition;

    /// <inheritdoc cref="VmDiskLink.Suspect"/>
    public Fault? Suspect => Links[0].Suspect;
}
