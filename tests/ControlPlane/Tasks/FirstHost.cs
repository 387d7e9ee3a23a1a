using Lorica.Contracts.Host;
using Lorica.Contracts.Kept;

namespace Lorica.ControlPlane.Tests.Tasks;

/// <summary>
/// The files of the hosts of an earlier center, as messages of that time: rows of the database have the same form to this day.
/// </summary>
internal static class FirstHost
{
    public static VmDescription Vm(byte[] bytes)
    {
        var m = KeptVm.Parser.ParseFrom(bytes);
        var vm = new VmDescription
        {
            VmId = m.VmId, Name = m.Name, PowerState = m.PowerState, Encrypted = m.Encrypted, Key = m.Key, Kcv = m.Kcv,
            Generation = m.Generation, Path = m.Path, Cpus = m.Cpus, MemoryMib = m.MemoryMib, Suspect = m.Suspect,
            PendingJob = m.PendingJob, Firmware = m.Firmware,
        };
        vm.Disks.AddRange(m.Disks.Select(Disk));
        vm.MissingKeys.AddRange(m.MissingKeys);
        return vm;
    }

    public static DiskDescription Disk(byte[] bytes) => Disk(KeptDisk.Parser.ParseFrom(bytes));

    private static DiskDescription Disk(KeptDisk m) => new()
    {
        Label = m.Label, Capacity = m.Capacity,
        Links =
        {
            new LinkDescription
            {
                Path = m.Path, Used = m.Used, Provisioning = m.Provisioning, Encrypted = m.Encrypted, Key = m.Key, Kcv = m.Kcv,
                Generation = m.Generation, ObjectId = m.ObjectId, Transition = m.Transition, Suspect = m.Suspect,
            },
        },
    };
}
