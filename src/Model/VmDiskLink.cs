using Lorica.Contracts.Faults;

namespace Lorica.Model;

/// <summary>A file of a disk with a key of its own, as its host reads it.</summary>
public sealed record VmDiskLink
{
    /// <summary><c>[datastore1] web/web.vmdk</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>Bytes allocated on the datastore.</summary>
    public long Used { get; init; }

    /// <summary>Null when the file could not be read.</summary>
    public DiskFormat? Provisioning { get; init; }

    /// <summary>Whether its data is encrypted.</summary>
    public bool Encrypted { get; init; }

    /// <summary>The key that its file names; null when it names none.</summary>
    public KeyName? Key { get; init; }

    /// <summary>Check value of that key, as the file has it.</summary>
    public string Kcv { get; init; } = "";

    /// <summary>Goes up with each change of its key; 0 when it could not be opened.</summary>
    public long Generation { get; init; }

    /// <summary>Identity of the link, wherever its files lie.</summary>
    public string ObjectId { get; init; } = "";

    /// <summary>What its data is half changed by; null: nothing.</summary>
    public UnfinishedWork? Transition { get; init; }

    /// <summary>What is wrong with its files; null when they verify.</summary>
    public Fault? Suspect { get; init; }
}
