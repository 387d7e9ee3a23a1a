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
            VmId = m.VmId, Name = m.Name, PowerState = Of<VmPowerState>(m.PowerState.Replace("powered", "",
            StringComparison.Ordinal)),
            Encrypted = m.Encrypted, Key = m.Key, Kcv = m.Kcv,
            Generation = m.Generation, Path = m.Path, Cpus = m.Cpus, MemoryMib = m.MemoryMib, Suspect = m.Suspect,
            PendingJob = Of<UnfinishedWork>(m.PendingJob), Firmware = Of<VmFirmware>(m.Firmware),
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
                Path = m.Path, Used = m.Used, Provisioning = Of<DiskFormat>(m.Provisioning), Encrypted = m.Encrypted,
                Key = m.Key, Kcv = m.Kcv,
                Generation = m.Generation, ObjectId = m.ObjectId, Transition = Of<UnfinishedWork>(m.Transition),
                Suspect = m.Suspect,
            },
        },
    };

    private static T Of<T>(string word)
        where T : struct, Enum => word.Length == 0 ? default : Enum.Parse<T>(word, ignoreCase: true);
}
