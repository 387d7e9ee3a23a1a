namespace Lorica.Model;

/// <summary>A job that a host is asked for. The same id asks for the same job, whatever else it says.</summary>
public sealed record JobSpec
{
    /// <summary>The task's id.</summary>
    public required string JobId { get; init; }

    /// <summary>The VM.</summary>
    public required string VmId { get; init; }

    /// <summary>The task's epoch.</summary>
    public required long Epoch { get; init; }

    /// <summary>What it does.</summary>
    public required HostJobKind Kind { get; init; }

    /// <summary>The key of what <see cref="Keys"/> does not list; null when there is none.</summary>
    public ExpectedKey? NewKey { get; init; }

    /// <summary>What is encrypted now.</summary>
    public IReadOnlyList<RecordedKey> Records { get; init; } = [];

    /// <summary>Whether VM home is worked on.</summary>
    public bool Home { get; init; }

    /// <summary>Labels of the disks that are worked on.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>All disks, whatever <see cref="Disks"/> says.</summary>
    public bool AllDisks { get; init; }

    /// <summary>Decrypt although the start of the disk looks like nothing known.</summary>
    public bool Force { get; init; }

    /// <summary>Highest generation ever seen, by object id.</summary>
    public IReadOnlyDictionary<string, long> Generations { get; init; } = new Dictionary<string, long>();

    /// <summary>New keys of single objects, by object id.</summary>
    public IReadOnlyDictionary<string, ExpectedKey> Keys { get; init; } = new Dictionary<string, ExpectedKey>();

    /// <summary>Of a clone: the new VM.</summary>
    public NewVmSpec? NewVm { get; init; }

    /// <summary>Of a relocation: where to, and how disks are provisioned there (null: as they are).</summary>
    public (string Datastore, DiskFormat? Provisioning)? Relocate { get; init; }
}
