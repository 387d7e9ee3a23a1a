using Google.Protobuf.Collections;
using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>What hosts say of VMs, from and to the wire. What is not there is empty, never null.</summary>
internal static class VmMessages
{
    /// <summary>From the wire.</summary>
    public static VmFiles ToModel(this VmDescription m) => new()
    {
        VmId = m.VmId, Name = m.Name, PowerState = m.PowerState.ToModel(), Encrypted = m.Encrypted, Key = m.Key.ToModel(),
        Kcv = m.Kcv,
        Generation = m.Generation, Path = m.Path, Cpus = m.Cpus, MemoryMib = m.MemoryMib,
        Disks = [.. m.Disks.Select(ToModel)], MissingKeys = [.. m.MissingKeys.Select(FaultCodec.FromMessage)],
        Suspect = m.Suspect.ToModel(), PendingJob = m.PendingJob.ToModel(), Firmware = m.Firmware.ToModel(),
        Snapshots = m.Snapshots,
        Lock = m.Lock is null ? null : new WriterLease
        {
            HostId = m.Lock.HostId, BootId = m.Lock.BootId, Epoch = m.Lock.Epoch, Counter = m.Lock.Counter, Held = m.Lock.Held,
            Locked = m.Lock.Locked,
        },
        Unread = m.Unread, Guest = m.Guest.ToModel(), GuestDetail = m.GuestDetail,
    };

    /// <summary>From the wire; a disk without a file is none.</summary>
    public static VmDisk ToModel(this DiskDescription m) => new()
    {
        Label = m.Label, Capacity = m.Capacity,
        Links = m.Links.Count > 0
            ? [.. m.Links.Select(ToModel)] : throw HostReplies.NotUnderstood($"a disk {m.Label} without a file"),
    };

    private static VmDiskLink ToModel(this LinkDescription m) => new()
    {
        Path = m.Path, Used = m.Used, Provisioning = m.Provisioning.ToModel(), Encrypted = m.Encrypted, Key = m.Key.ToModel(),
        Kcv = m.Kcv,
        Generation = m.Generation, ObjectId = m.ObjectId, Transition = m.Transition.ToModel(), Suspect = m.Suspect.ToModel(),
    };

    /// <summary>From the wire.</summary>
    public static KeyName? ToModel(this KeyRef? m) => m is null ? null : new KeyName(m.Provider, m.KeyId);

    /// <summary>From the wire.</summary>
    public static Fault? ToModel(this FaultMessage? m) => m is null ? null : FaultCodec.FromMessage(m);

    /// <summary>To the wire.</summary>
    public static KeyRef? ToMessage(this KeyName? name) =>
        name is null ? null : new KeyRef { Provider = name.Provider, KeyId = name.KeyId };

    /// <summary>Adds records to a request.</summary>
    public static void Add(this RepeatedField<ObjectRecord> field, IEnumerable<RecordedKey> records) =>
        field.AddRange(records.Select(r => new ObjectRecord
        {
            ObjectId = r.ObjectId, Kind = r.IsHome ? ObjectKind.Vm : ObjectKind.Disk, Key = r.Key.ToRef(), Kcv = r.Key.Kcv,
            Generation = r.Generation,
        }));

    /// <summary>To the wire.</summary>
    public static CreateVmRequest ToMessage(this NewVmSpec vm)
    {
        var m = new CreateVmRequest
        {
            VmId = vm.VmId, Epoch = vm.Epoch, Name = vm.Name, Datastore = vm.Datastore, Cpus = vm.Cpus,
            MemoryMib = vm.MemoryMib, Firmware = vm.Firmware.ToMessage(), HomeKey = vm.HomeKey?.ToRef(),
            HomeKcv = vm.HomeKey?.Kcv ?? "",
        };
        m.Disks.AddRange(vm.Disks.Select(ToMessage));
        return m;
    }

    /// <summary>To the wire.</summary>
    public static DiskSpec ToMessage(this NewDiskSpec disk) => new()
    {
        Label = disk.Label, Capacity = disk.Capacity, Provisioning = disk.Provisioning.ToMessage(), ObjectId = disk.ObjectId,
        Key = disk.Key?.ToRef(), Kcv = disk.Key?.Kcv ?? "", Data = disk.Data,
    };

    /// <summary>To the form that is kept.</summary>
    public static FaultMessage? ToMessage(this Fault? fault) => fault is null ? null : FaultCodec.ToMessage(fault);
}
