namespace Lorica.ControlPlane.Model;

/// <summary>
/// What tasks on a VM kept in the first form (no version): one record for every operation. Only read, for tasks that an earlier
/// center began.
/// </summary>
internal sealed record FirstTaskArguments
{
    /// <summary>Policy id.</summary>
    public string? PolicyId { get; init; }

    /// <summary>Version of the policy's rules that the task carries out; null for those at its end.</summary>
    public long? RulesVersion { get; init; }

    /// <summary>Object ids (VM home, disks) that the operation changes.</summary>
    public IReadOnlyList<string> Objects { get; init; } = [];

    /// <summary>Object ids that get the policy.</summary>
    public IReadOnlyList<string> PolicyObjects { get; init; } = [];

    /// <summary>VM home is among the objects.</summary>
    public bool Home { get; init; }

    /// <summary>Labels of the disks among the objects.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>Provider of the new key.</summary>
    public string? Provider { get; init; }

    /// <summary>A key that the VM has already, when a broken-off encryption is finished.</summary>
    public string? KeyId { get; init; }

    /// <summary>Its check value.</summary>
    public string? Kcv { get; init; }

    /// <summary>Keys of the objects, where they are not all the one above.</summary>
    public IReadOnlyList<KeyGroup> Keys { get; init; } = [];

    /// <summary>Recrypt: new DEKs too.</summary>
    public bool Deep { get; init; }

    /// <summary>Clone: the new VM.</summary>
    public string? CloneId { get; init; }

    /// <summary>Clone: object id of the copy by object id of the source.</summary>
    public IReadOnlyDictionary<string, string> Copies { get; init; } = new Dictionary<string, string>();

    /// <summary>Clone, relocation: where to.</summary>
    public string? Datastore { get; init; }

    /// <summary>Relocation: disk format; null keeps those of the disks.</summary>
    public string? DiskFormat { get; init; }

    /// <summary>Decrypt although the start of a disk looks like nothing known.</summary>
    public bool Force { get; init; }

    /// <summary>Power off without asking the guest.</summary>
    public bool Hard { get; init; }

    /// <summary>Power on although another host's lock stands: an operator says that it is cut off.</summary>
    public bool Fenced { get; init; }

    /// <summary>How long the guest may take.</summary>
    public int TimeoutSeconds { get; init; }

    /// <summary>Clone, relocation: privileges of encryption that the caller was asked for.</summary>
    public IReadOnlyList<string> Asked { get; init; } = [];

    /// <summary>What registering, moving, and changes of disks are about.</summary>
    public FirstLifeArguments? Life { get; init; }

    /// <summary>What to create.</summary>
    public NewVm? Create { get; init; }

    /// <summary>Object ids of the disks to create, in order.</summary>
    public IReadOnlyList<string> CreateObjects { get; init; } = [];
}
