using Lorica.Contracts.Faults;

namespace Lorica.Model;

/// <summary>What a host says of a VM's files. Its word, and no more: records decide what of it is believed.</summary>
public sealed record VmFiles
{
    /// <summary>The VM.</summary>
    public string VmId { get; init; } = "";

    /// <summary>Display name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Null when nothing is known.</summary>
    public PowerState? PowerState { get; init; }

    /// <summary>Whether VM home is encrypted.</summary>
    public bool Encrypted { get; init; }

    /// <summary>The key that VM home names; null when it names none.</summary>
    public KeyName? Key { get; init; }

    /// <summary>Check value of that key, as the file has it.</summary>
    public string Kcv { get; init; } = "";

    /// <summary>Goes up with each change of the home; 0 when it could not be opened.</summary>
    public long Generation { get; init; }

    /// <summary><c>[datastore1] web/web.vmx</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>Processors of the guest.</summary>
    public int Cpus { get; init; }

    /// <summary>Memory of the guest.</summary>
    public long MemoryMib { get; init; }

    /// <summary>Its disks, in the order of the VMX.</summary>
    public IReadOnlyList<VmDisk> Disks { get; init; } = [];

    /// <summary>Keys that the host lacks for this VM.</summary>
    public IReadOnlyList<KeyReason> MissingKeys { get; init; } = [];

    /// <summary>What is wrong with the files; null when they verify.</summary>
    public Fault? Suspect { get; init; }

    /// <summary>What the files say is under way; null: nothing.</summary>
    public UnfinishedWork? PendingJob { get; init; }

    /// <summary>Null when the VMX could not be read.</summary>
    public VmFirmware? Firmware { get; init; }

    /// <summary>How many snapshots it has.</summary>
    public int Snapshots { get; init; }

    /// <summary>Who may write the files; null when no lock file says.</summary>
    public WriterLease? Lock { get; init; }

    /// <summary>
    /// The VMX could not be read at all: <see cref="Suspect"/> says why, and nothing else here is from the files.
    /// </summary>
    public bool Unread { get; init; }

    /// <summary>Of a powered-on VM; null when it is off, or nothing is known.</summary>
    public GuestState? Guest { get; init; }

    /// <summary>Why it is so.</summary>
    public string GuestDetail { get; init; } = "";
}
