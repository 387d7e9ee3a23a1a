using Lorica.Contracts.Faults;
using Lorica.Contracts.Vmx;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.CreateVm;

/// <summary>What a VM to create must look like; whatever the host would refuse too is refused before a key is made.</summary>
internal static class CreateRules
{
    private const int MaximumDisks = MachineLimits.MaximumDisks;
    private const int MaximumCpus = MachineLimits.MaximumCpus;
    private const long MinimumMemory = MachineLimits.MinimumMemoryMib;
    private const long MaximumMemory = MachineLimits.MaximumMemoryMib;
    private const long MaximumCapacity = 64L << 40;
    private const int MaximumKeys = MaximumDisks + 1;
    private const string FormatRule = "A disk is thin, lazyZeroed or eagerZeroed.";

    /// <summary>Checks a request.</summary>
    public static void Check(NewVm body)
    {
        VmNames.Check(body.Name);
        Require(body.Cpus is >= 1 and <= MaximumCpus, "lorica.cpus", body.Name, $"A VM has 1 to {MaximumCpus} processors.");
        Require(body.MemoryMib is >= MinimumMemory and <= MaximumMemory, "lorica.memory", body.Name,
            $"A VM has {MinimumMemory} to {MaximumMemory} MiB of memory.");
        if (body.Firmware == "uefi")
        {
            throw new FaultException(new Fault(FaultTypes.NotSupported, "lorica.uefiNotSupported", body.Name,
                $"{body.Name} cannot have UEFI firmware yet: its variables could not be kept sealed.", "Use bios."));
        }

        Require(body.Firmware == "bios", "lorica.firmware", body.Name, "The firmware is bios.");
        Require(
            body.Disks is { Count: >= 1 and <= MaximumDisks } && body.Disks.All(d => d is not null), "lorica.disks", body.Name,
            $"A VM has 1 to {MaximumDisks} disks.");
        Require(body.Keys is null
            || (body.Keys.Count <= MaximumKeys && body.Keys.All(k => k is not null && !k.Objects.Any(o => o is null))),
            "lorica.keys", body.Name, $"At most {MaximumKeys} keys are named.");
        foreach (var disk in body.Disks!)
        {
            Require(disk.Capacity is > 0 and <= MaximumCapacity && disk.Capacity % 512 == 0, "lorica.capacity", body.Name,
                "The capacity of a disk is a multiple of 512 bytes, up to 64 TiB.");
            Require(HostWords.DiskFormats.Find(disk.Provisioning) is not null, "lorica.provisioning", body.Name, FormatRule);
            Require(disk.Data >= 0 && disk.Data <= disk.Capacity, "lorica.diskData", body.Name,
                "The content of a disk is not larger than its capacity.");
        }
    }

    /// <summary>What a VM to create boots with.</summary>
    public static VmFirmware FirmwareOf(NewVm body) => HostWords.Firmwares.Find(body.Firmware)
        ?? throw new ArgumentException($"{body.Name} has the firmware {body.Firmware}, which was to be refused.", nameof(body));

    /// <summary>How the space of a disk is taken; a request that says nothing means thin.</summary>
    public static DiskFormat FormatOf(string word) => word.Length == 0 ? DiskFormat.Thin : HostWords.DiskFormats.Find(word)
        ?? throw new FaultException(
            new Fault(FaultTypes.InvalidArgument, "lorica.provisioning", word, FormatRule, "Correct the request."));

    private static void Require(bool rule, string key, string target, string message)
    {
        if (!rule)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, key, target, message, "Correct the request."));
        }
    }
}
