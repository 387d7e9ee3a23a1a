using System.Globalization;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;

namespace Lorica.Host.Home;

/// <summary>
/// What a VMX says: an immutable snapshot without secrets. It proves nothing by itself; <see cref="VmHome.Open"/> verifies.
/// </summary>
internal sealed record VmModel
{
    /// <summary>Most disks of a VM.</summary>
    public const int MaximumDisks = MachineLimits.MaximumDisks;

    public required VmxFile File { get; init; }

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required int Cpus { get; init; }

    public required long MemoryMib { get; init; }

    public required Firmware Firmware { get; init; }

    public required IReadOnlyList<VmDiskModel> Disks { get; init; }

    /// <summary>The home's bundle; null for a plain home.</summary>
    public string? Bundle { get; init; }

    /// <summary>KEKs that open the bundle: one, or old and new during a shallow recrypt.</summary>
    public IReadOnlyList<KeyId> Keys { get; init; } = [];

    /// <summary>Check value of the first of them.</summary>
    public string? Kcv { get; init; }

    /// <summary>Check value of the second.</summary>
    public string? NewKcv { get; init; }

    public JobMark? Job { get; init; }

    public RekeyMark? Rekey { get; init; }

    public bool Encrypted => Bundle is not null;

    public KeyId? Key => Keys.Count > 0 ? Keys[0] : null;

    /// <summary>The job that the file says is under way, or null.</summary>
    public JobKind? PendingJob => Rekey is not null ? JobKind.RecryptShallow : Job?.Kind;

    public VmDiskModel? Disk(string label) => Disks.FirstOrDefault(d => d.Label == label);

    /// <summary>Reads a parsed file; <see cref="FormatException"/> says what is wrong with it.</summary>
    public static VmModel From(VmxFile file)
    {
        string? bundle = file[VmxKeys.Bundle];
        var keys = bundle is null ? [] : Bundles.KeyIds(bundle);
        return new VmModel
        {
            File = file,
            Id = Guid.TryParseExact(Required(file, VmxKeys.VmId), "D", out var id) ? id : throw Bad(VmxKeys.VmId),
            Name = Required(file, VmxKeys.DisplayName),
            Cpus = (int)Number(file, VmxKeys.Cpus, 1, MachineLimits.MaximumCpus),
            MemoryMib = Number(file, VmxKeys.MemoryMib, MachineLimits.MinimumMemoryMib, MachineLimits.MaximumMemoryMib),
            Firmware = Firmwares.ParseVmx(Required(file, VmxKeys.Firmware)) ?? throw Bad(VmxKeys.Firmware),
            Disks = ReadDisks(file),
            Bundle = bundle,
            Keys = keys,
            Kcv = bundle is null ? null : Required(file, VmxKeys.KekCheck),
            NewKcv = keys.Count > 1 ? Required(file, VmxKeys.NewKekCheck) : null,
            Job = file[VmxKeys.Job] is { } job ? JobMark.Parse(job) ?? throw Bad(VmxKeys.Job) : null,
            Rekey = file[VmxKeys.Rekey] is { } rekey ? RekeyMark.Parse(rekey) ?? throw Bad(VmxKeys.Rekey) : null,
        };
    }

    private static List<VmDiskModel> ReadDisks(VmxFile file)
    {
        const string Suffix = ".fileName";
        var disks = new List<VmDiskModel>();
        foreach (var (key, value) in file.Entries.Where(e => e.Key.StartsWith("virtio", StringComparison.Ordinal)
            && e.Key.EndsWith(Suffix, StringComparison.Ordinal)))
        {
            string label = key[..^Suffix.Length];
            if (!DiskLabel.IsValid(label) || !IsDescriptorName(value))
                throw Bad(key);
            disks.Add(new VmDiskModel(label, value,
                Guid.TryParseExact(Required(file, VmxKeys.DiskObject(label)), "D", out var id)
                    ? id : throw Bad(VmxKeys.DiskObject(label)),
                Required(file, VmxKeys.DiskEncrypted(label)) switch
                {
                    "TRUE" => true,
                    "FALSE" => false,
                    _ => throw Bad(VmxKeys.DiskEncrypted(label)),
                }));
        }

        if (disks.Count > MaximumDisks)
            throw new FormatException($"it has more than {MaximumDisks} disks");
        var links = disks.SelectMany(d => d.Links).ToArray();
        if (links.DistinctBy(l => l.FileName).Count() < links.Length || links.DistinctBy(l => l.ObjectId).Count() < links.Length)
            throw new FormatException("it names one disk twice");
        return disks;
    }

    private static bool IsDescriptorName(string name) =>
        name.Length > VmDiskModel.Ending.Length && name.EndsWith(VmDiskModel.Ending, StringComparison.Ordinal) && name[0] != '.'
        && !name.AsSpan().ContainsAny("/\\\"\0") && name.Length <= 200;

    private static string Required(VmxFile file, string key) => file[key] ?? throw new FormatException($"it has no {key}");

    private static long Number(VmxFile file, string key, long minimum, long maximum) =>
        long.TryParse(Required(file, key), NumberStyles.None, CultureInfo.InvariantCulture, out long n) && n >= minimum
            && n <= maximum
            ? n
            : throw Bad(key);

    private static FormatException Bad(string key) => new($"the value of {key} is not one that it can have");
}
