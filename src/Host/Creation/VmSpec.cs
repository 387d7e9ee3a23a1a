using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Creation;

/// <summary>A checked request to make a VM.</summary>
internal sealed record VmSpec
{
    private const int MaximumDisks = VmModel.MaximumDisks;

    public required Guid Id { get; init; }

    public required long Epoch { get; init; }

    public required string Name { get; init; }

    public required string Datastore { get; init; }

    public required int Cpus { get; init; }

    public required long MemoryMib { get; init; }

    public required Firmware Firmware { get; init; }

    /// <summary>KEK of the home and its check value; null for a plain home.</summary>
    public required (KeyId Id, string Kcv)? HomeKey { get; init; }

    public required IReadOnlyList<NewDisk> Disks { get; init; }

    /// <summary>Lines that the VMX begins with: of a clone those of its source.</summary>
    public VmxFile Lines { get; init; } = VmxFile.Empty;

    /// <summary>Checks everything that can be checked without looking at the host.</summary>
    public static VmSpec From(CreateVmRequest r)
    {
        string name = VmName.Check(r.Name);
        if (!Guid.TryParseExact(r.VmId, "D", out var id) || id == Guid.Empty)
            throw Refuse.Argument("vm_id", $"'{r.VmId}' is no id of a VM.");
        if (r.Cpus is < 1 or > MachineLimits.MaximumCpus)
            throw Refuse.Argument("cpus", $"{name} cannot have {r.Cpus} processors.", $"Use 1 to {MachineLimits.MaximumCpus}.");
        if (r.MemoryMib is < MachineLimits.MinimumMemoryMib or > MachineLimits.MaximumMemoryMib)
        {
            throw Refuse.Argument("memory", $"{name} cannot have {r.MemoryMib} MiB of memory.",
                $"Use {MachineLimits.MinimumMemoryMib} to {MachineLimits.MaximumMemoryMib} MiB.");
        }

        var firmware = VmFirmwares.From(r.Firmware)
            ?? throw Refuse.Argument("firmware", $"{(int)r.Firmware} is no firmware.", "Use bios.");
        if (firmware == Firmware.Uefi)
        {
            throw Refuse.With(FaultTypes.NotSupported, "lorica.uefiNotSupported", name,
                $"{name} cannot have UEFI firmware yet: its variables could not be kept sealed.", "Use bios.");
        }

        if (r.Disks.Count is 0 or > MaximumDisks)
            throw Refuse.Argument("disks", $"{name} must have 1 to {MaximumDisks} disks.");
        var homeKey = KeyOf(r.HomeKey, r.HomeKcv);
        var disks = new List<NewDisk>();
        foreach (var d in r.Disks)
        {
            if (!DiskLabel.IsValid(d.Label))
                throw Refuse.Argument("label", $"'{d.Label}' is no label of a disk.", "Use virtio0:0, virtio0:1, …");
            if (d.Capacity is <= 0 or > Vmdk.MaxCapacity || d.Capacity % 512 != 0)
                throw Refuse.Argument(d.Label, "The size of a disk is a positive multiple of 512 bytes, at most 64 TiB.");
            if (!Guid.TryParseExact(d.ObjectId, "D", out var objectId) || objectId == Guid.Empty)
                throw Refuse.Argument(d.Label, $"'{d.ObjectId}' is no id of a disk.");
            if (d.Data < 0)
                throw Refuse.Argument(d.Label, "The size of a disk's content is not negative.");
            disks.Add(new NewDisk(
                d.Label, d.Capacity, DiskProvisioning.From(d.Provisioning) ?? Provisioning.Thin, objectId, KeyOf(d.Key, d.Kcv),
                    d.Data));
        }

        if (disks.DistinctBy(d => d.Label).Count() != disks.Count || disks.DistinctBy(d => d.ObjectId).Count() != disks.Count)
            throw Refuse.Argument("disks", "Two disks have the same label or id.");
        if (homeKey is null && disks.FirstOrDefault(d => d.Key is not null) is { } encrypted)
        {
            throw Refuse.Config("msg.hostd.configSpec.enc.mismatch", encrypted.Label,
                $"The disk {encrypted.Label} is to be encrypted, but the home of {name} is not.", "Encrypt the VM's home too.");
        }

        return new VmSpec
        {
            Id = id, Epoch = r.Epoch, Name = name, Datastore = r.Datastore, Cpus = r.Cpus, MemoryMib = r.MemoryMib,
            Firmware = firmware, HomeKey = homeKey, Disks = disks,
        };
    }

    private static (KeyId, string)? KeyOf(Contracts.KeyRef? key, string kcv) =>
        key is null || key.KeyId.Length == 0 ? null : (key.ToId(), kcv);
}
