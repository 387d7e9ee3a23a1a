using Lorica.Contracts.Faults;
using Lorica.Contracts.Kept;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>Descriptions of VMs, from and to the form in which rows keep them: words. A word that is none says nothing.</summary>
internal static class KeptVms
{
    /// <summary>From the form that is kept.</summary>
    public static VmFiles ToModel(this KeptVm m) => new()
    {
        VmId = m.VmId, Name = m.Name, PowerState = HostWords.PowerStates.Find(m.PowerState), Encrypted = m.Encrypted,
        Key = m.Key.ToModel(), Kcv = m.Kcv,
        Generation = m.Generation, Path = m.Path, Cpus = m.Cpus, MemoryMib = m.MemoryMib,
        Disks = [.. m.Disks.Select(ToModel)], MissingKeys = [.. m.MissingKeys.Select(FaultCodec.FromMessage)],
        Suspect = m.Suspect.ToModel(), PendingJob = HostWords.Unfinished.Find(m.PendingJob),
        Firmware = HostWords.Firmwares.Find(m.Firmware), Snapshots = m.Snapshots,
        Lock = m.Lock is null ? null : new WriterLease
        {
            HostId = m.Lock.HostId, BootId = m.Lock.BootId, Epoch = m.Lock.Epoch, Counter = m.Lock.Counter, Held = m.Lock.Held,
            Locked = m.Lock.Locked,
        },
        Unread = m.Unread, Guest = HostWords.GuestStates.Find(m.Guest), GuestDetail = m.GuestDetail,
    };

    /// <summary>To the form that is kept.</summary>
    public static KeptVm ToKept(this VmFiles f)
    {
        var m = new KeptVm
        {
            VmId = f.VmId, Name = f.Name, PowerState = f.PowerState?.Word() ?? "", Encrypted = f.Encrypted,
            Key = f.Key.ToMessage(),
            Kcv = f.Kcv, Generation = f.Generation, Path = f.Path, Cpus = f.Cpus, MemoryMib = f.MemoryMib,
            Suspect = f.Suspect.ToMessage(), PendingJob = f.PendingJob?.Word() ?? "", Firmware = f.Firmware?.Word() ?? "",
            Snapshots = f.Snapshots,
            Lock = f.Lock is null ? null : new KeptLock
            {
                HostId = f.Lock.HostId, BootId = f.Lock.BootId, Epoch = f.Lock.Epoch, Counter = f.Lock.Counter,
                Held = f.Lock.Held, Locked = f.Lock.Locked,
            },
            Unread = f.Unread, Guest = f.Guest?.Word() ?? "", GuestDetail = f.GuestDetail,
        };
        m.Disks.AddRange(f.Disks.Select(ToKept));
        m.MissingKeys.AddRange(f.MissingKeys.Select(FaultCodec.ToMessage));
        return m;
    }

    private static VmDisk ToModel(KeptDisk m) => new()
    {
        Label = m.Label, Capacity = m.Capacity,
        Links =
        [
            new VmDiskLink
            {
                Path = m.Path, Used = m.Used, Provisioning = HostWords.DiskFormats.Find(m.Provisioning), Encrypted = m.Encrypted,
                Key = m.Key.ToModel(),
                Kcv = m.Kcv, Generation = m.Generation, ObjectId = m.ObjectId,
                Transition = HostWords.Unfinished.Find(m.Transition),
                Suspect = m.Suspect.ToModel(),
            },
            .. m.Below.Select(ToModel),
        ],
    };

    private static VmDiskLink ToModel(KeptLink m) => new()
    {
        Path = m.Path, Used = m.Used, Provisioning = HostWords.DiskFormats.Find(m.Provisioning), Encrypted = m.Encrypted,
        Key = m.Key.ToModel(), Kcv = m.Kcv,
        Generation = m.Generation, ObjectId = m.ObjectId, Transition = HostWords.Unfinished.Find(m.Transition),
        Suspect = m.Suspect.ToModel(),
    };

    private static KeptDisk ToKept(VmDisk d)
    {
        var top = d.Links[0];
        var m = new KeptDisk
        {
            Label = d.Label, Capacity = d.Capacity, Path = top.Path, Used = top.Used,
            Provisioning = top.Provisioning?.Word() ?? "",
            Encrypted = top.Encrypted, Key = top.Key.ToMessage(), Kcv = top.Kcv, Generation = top.Generation,
            ObjectId = top.ObjectId, Transition = top.Transition?.Word() ?? "", Suspect = top.Suspect.ToMessage(),
        };
        m.Below.AddRange(d.Links.Skip(1).Select(ToKept));
        return m;
    }

    private static KeptLink ToKept(VmDiskLink l) => new()
    {
        Path = l.Path, Used = l.Used, Provisioning = l.Provisioning?.Word() ?? "", Encrypted = l.Encrypted,
        Key = l.Key.ToMessage(),
        Kcv = l.Kcv, Generation = l.Generation, ObjectId = l.ObjectId, Transition = l.Transition?.Word() ?? "",
        Suspect = l.Suspect.ToMessage(),
    };
}
