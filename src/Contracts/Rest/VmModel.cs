using Lorica.Contracts.Faults;

namespace Lorica.Contracts.Rest;

/// <summary>A virtual machine as <c>vm show</c> tells it.</summary>
public sealed record VmModel
{
    /// <summary>Immutable object id.</summary>
    public required string Id { get; init; }

    /// <summary>Display name.</summary>
    public required string Name { get; init; }

    /// <summary><c>poweredOn</c> or <c>poweredOff</c>.</summary>
    public required string PowerState { get; init; }

    /// <summary>Of a powered-on VM: <c>starting</c>, <c>running</c>, <c>paused</c>, or <c>ioError</c> while the guest stands
    /// still because a disk failed or its datastore is full; null when it is off or its host does not answer.</summary>
    public string? Guest { get; init; }

    /// <summary>Why the guest is so.</summary>
    public string? GuestDetail { get; init; }

    /// <summary>Whether VM home is encrypted.</summary>
    public required bool Encrypted { get; init; }

    /// <summary><c>unlocked</c> or <c>locked</c>.</summary>
    public required string CryptoState { get; init; }

    /// <summary>KEK of VM home.</summary>
    public KeyModel? Key { get; init; }

    /// <summary>Storage policy of VM home.</summary>
    public required PolicyRefModel Policy { get; init; }

    /// <summary><c>compliant</c>, <c>nonCompliant</c>, <c>outOfDate</c>, <c>notApplicable</c>, <c>unknown</c>.</summary>
    public required string Compliance { get; init; }

    /// <summary>Compliance of VM home alone.</summary>
    public string HomeCompliance { get; set; } = "unknown";

    /// <summary>What differs from the policy at VM home; see each disk for its own.</summary>
    public IReadOnlyList<string> Drift { get; set; } = [];

    /// <summary>Virtual disks.</summary>
    public required IReadOnlyList<DiskModel> Disks { get; init; }

    /// <summary>Name of the host.</summary>
    public required string Host { get; init; }

    /// <summary><c>[datastore] folder/file.vmx</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Virtual processors.</summary>
    public int Cpus { get; init; }

    /// <summary>Memory in MiB.</summary>
    public long MemoryMib { get; init; }

    /// <summary>Why it is locked, per key.</summary>
    public IReadOnlyList<KeyReason> LockedKeys { get; init; } = [];

    /// <summary>Why it is suspect; null when its files verify.</summary>
    public Fault? Suspect { get; init; }

    /// <summary>Why its files cannot be read (its datastore is not mounted, say); null when they can. What is shown of them is
    /// what was seen last.</summary>
    public Fault? Unreadable { get; init; }

    /// <summary>Folder or datacenter of the inventory.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Host that has the lock of its files, by name or id; null when nobody has it.</summary>
    public string? LockHolder { get; init; }

    /// <summary>Task that works on it.</summary>
    public string? Task { get; init; }
}
