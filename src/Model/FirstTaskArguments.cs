namespace Lorica.Model;

/// <summary>
/// What tasks on a VM kept in the first form (no version): one record for every operation. Only read, for tasks that an earlier
/// center began.
/// </summary>
// Not `init`: source-generated JSON would replace the default of an init-only member that the text leaves out.
internal sealed record FirstTaskArguments
{
    /// <summary>Policy id.</summary>
    public string? PolicyId { get; set; }

    /// <summary>Version of the policy's rules that the task carries out; null for those at its end.</summary>
    public long? RulesVersion { get; set; }

    /// <summary>Object ids (VM home, disks) that the operation changes.</summary>
    public IReadOnlyList<string> Objects { get; set; } = [];

    /// <summary>Object ids that get the policy.</summary>
    public IReadOnlyList<string> PolicyObjects { get; set; } = [];

    /// <summary>VM home is among the objects.</summary>
    public bool Home { get; set; }

    /// <summary>Labels of the disks among the objects.</summary>
    public IReadOnlyList<string> Disks { get; set; } = [];

    /// <summary>Provider of the new key.</summary>
    public string? Provider { get; set; }

    /// <summary>A key that the VM has already, when a broken-off encryption is finished.</summary>
    public string? KeyId { get; set; }

    /// <summary>Its check value.</summary>
    public string? Kcv { get; set; }

    /// <summary>Keys of the objects, where they are not all the one above.</summary>
    public IReadOnlyList<KeyGroup> Keys { get; set; } = [];

    /// <summary>Recrypt: new DEKs too.</summary>
    public bool Deep { get; set; }

    /// <summary>Clone: the new VM.</summary>
    public string? CloneId { get; set; }

    /// <summary>Clone: object id of the copy by object id of the source.</summary>
    public IReadOnlyDictionary<string, string> Copies { get; set; } = new Dictionary<string, string>();

    /// <summary>Clone, relocation: where to.</summary>
    public string? Datastore { get; set; }

    /// <summary>Relocation: disk format; null keeps those of the disks.</summary>
    public string? DiskFormat { get; set; }

    /// <summary>Decrypt although the start of a disk looks like nothing known.</summary>
    public bool Force { get; set; }

    /// <summary>Power off without asking the guest.</summary>
    public bool Hard { get; set; }

    /// <summary>Power on although another host's lock stands: an operator says that it is cut off.</summary>
    public bool Fenced { get; set; }

    /// <summary>How long the guest may take.</summary>
    public int TimeoutSeconds { get; set; }

    /// <summary>Clone, relocation: privileges of encryption that the caller was asked for.</summary>
    public IReadOnlyList<string> Asked { get; set; } = [];

    /// <summary>What registering, moving, and changes of disks are about.</summary>
    public FirstLifeArguments? Life { get; set; }

    /// <summary>What to create.</summary>
    public NewVm? Create { get; set; }

    /// <summary>Object ids of the disks to create, in order.</summary>
    public IReadOnlyList<string> CreateObjects { get; set; } = [];
}
