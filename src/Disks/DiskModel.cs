using Lorica.Crypto;

namespace Lorica.Disks;

/// <summary>
/// What a descriptor says: an immutable snapshot without secrets. It proves nothing: anybody who writes the datastore can make it
/// say anything; <see cref="Vmdk.Open"/> verifies.
/// </summary>
public sealed record DiskModel
{
    /// <summary>Name without folder and ending: the descriptor is <c>NAME.vmdk</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Size of the virtual disk in bytes.</summary>
    public required long Capacity { get; init; }

    /// <summary>How it takes its space.</summary>
    public required Provisioning Provisioning { get; init; }

    /// <summary>File with the data, in the same folder.</summary>
    public required string ExtentFile { get; init; }

    /// <summary>Content id, eight hex digits.</summary>
    public required string Cid { get; init; }

    /// <summary>Whether it has the lines of an encrypted disk (also while a job is under way).</summary>
    public bool Encrypted { get; init; }

    /// <summary>The file's own id; encrypted disks only.</summary>
    public Guid? ObjectId { get; init; }

    /// <summary>The KEK it names; during a shallow recrypt the old one.</summary>
    public KeyId? Key { get; init; }

    /// <summary>Check value of that KEK, 16 hex digits.</summary>
    public string? Kcv { get; init; }

    /// <summary>All KEKs that open the bundle: one, or two during a shallow recrypt.</summary>
    public IReadOnlyList<KeyId> Keys { get; init; } = [];

    /// <summary>Check value of the second KEK during a shallow recrypt.</summary>
    public string? NewKcv { get; init; }

    /// <summary>The sealed bundle.</summary>
    public string? Bundle { get; init; }

    /// <summary>The in-place job under way, or null.</summary>
    public DiskTransition? Transition { get; init; }
}
