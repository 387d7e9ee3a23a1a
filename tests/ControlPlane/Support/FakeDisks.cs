using System.Collections.Concurrent;
using Grpc.Core;
using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Platform.Trust;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>Disks of a fake host's VMs.</summary>
internal abstract class FakeDisks(string id, NodeIdentity identity, string name) : FakeFiles(id, identity, name)
{
    /// <summary>Disks that no VM names, by path.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<string, DiskDescription> Detached { get; set; } = new();

    public override Task<DiskDescription> InspectDisk(InspectDiskRequest request, ServerCallContext context) => Task.FromResult(
        Detached.GetValueOrDefault(request.Path)
            ?? Vms.Values.SelectMany(v => v.Disks).FirstOrDefault(d => d.Path == request.Path)
        ?? throw Refused(FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.notFile", request.Path));

    public override async Task<VmDescription> ChangeDisk(ChangeDiskRequest request, ServerCallContext context)
    {
        await (BeforeLife?.Invoke("disk") ?? Task.CompletedTask);
        var vm = Enter(request.VmId, request.Epoch);
        RequireOff(vm);
        RequireKey(vm.Key, request.VmId);
        switch (request.ChangeCase)
        {
            case ChangeDiskRequest.ChangeOneofCase.Add:
                Add(vm, request.Add);
                break;
            case ChangeDiskRequest.ChangeOneofCase.Attach:
                Attach(vm, request.Attach, request.Records);
                break;
            case ChangeDiskRequest.ChangeOneofCase.Detach:
                Detach(vm, request.Detach);
                break;
            default:
                Resize(vm, request.Resize);
                break;
        }

        vm.Generation++;
        return Find(request.VmId);
    }

    private void Add(VmDescription vm, DiskSpec spec)
    {
        if (vm.Disks.Any(d => d.ObjectId == spec.ObjectId))
        {
            return;
        }

        RequirePlace(vm, spec.Label, spec.Key is not null);
        RequireKey(spec.Key, spec.Label);
        vm.Disks.Add(new DiskDescription
        {
            Label = spec.Label, Capacity = spec.Capacity,
            Links =
            {
                new LinkDescription
                {
                    ObjectId = spec.ObjectId, Provisioning = spec.Provisioning, Encrypted = spec.Key is not null, Key = spec.Key,
                    Kcv = spec.Kcv, Generation = 1, Path = $"[ds1] {vm.Name}/{spec.ObjectId}.vmdk",
                },
            },
        });
    }

    private void Attach(VmDescription vm, AttachDisk attach, IEnumerable<ObjectRecord> records)
    {
        if (vm.Disks.Any(d => d.ObjectId == attach.ObjectId))
        {
            return;
        }

        RequirePlace(vm, attach.Label, attach.Encrypted);
        if (!Detached.TryGetValue(attach.Path, out var disk))
        {
            throw Refused(FaultTypes.NotFound, "lorica.fileNotFound", attach.Path);
        }

        RequireKey(disk.Key, disk.Path);
        if (records.Any(r => r.ObjectId == attach.ObjectId && r.Generation > disk.Generation))
        {
            throw Refused(FaultTypes.GenericVmConfigFault, "lorica.olderThanKnown", disk.Path);
        }

        Detached.TryRemove(attach.Path, out _);
        (disk.Label, disk.ObjectId) = (attach.Label, attach.ObjectId);
        vm.Disks.Add(disk);
    }

    private void Detach(VmDescription vm, DetachDisk detach)
    {
        if (vm.Disks.FirstOrDefault(d => d.ObjectId == detach.ObjectId) is not { } gone)
        {
            return;
        }

        vm.Disks.Remove(gone);
        if (!detach.Remove)
        {
            Detached[gone.Path] = gone;
        }
    }

    private static void Resize(VmDescription vm, ResizeDisk resize)
    {
        var disk = vm.Disks.FirstOrDefault(d => d.Label == resize.Label)
            ?? throw Refused(FaultTypes.NotFound, "lorica.diskNotFound", resize.Label);
        if (resize.Capacity < disk.Capacity)
        {
            throw Refused(FaultTypes.InvalidArgument, "lorica.invalidArgument", resize.Label);
        }

        disk.Capacity = resize.Capacity;
        disk.Generation++;
    }

    private static void RequirePlace(VmDescription vm, string label, bool encrypted)
    {
        if (vm.Disks.Any(d => d.Label == label))
        {
            throw Refused(FaultTypes.AlreadyExists, "lorica.diskExists", label);
        }

        if (encrypted && !vm.Encrypted)
        {
            throw Refused(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch", label);
        }
    }
}
