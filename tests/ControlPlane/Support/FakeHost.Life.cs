using Grpc.Core;
using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>VMs that come and go, and disks: files in memory that any host of the test sees.</summary>
internal sealed partial class FakeHost
{
    /// <summary>
    /// Files of VMs that no host has on its list, by path. Share one between hosts that see the same datastore.
    /// </summary>
    public System.Collections.Concurrent.ConcurrentDictionary<string, VmDescription> Unregistered { get; set; } = new();

    /// <summary>Disks that no VM names, by path.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<string, DiskDescription> Detached { get; set; } = new();

    /// <summary>A host that sees the same datastore, and so the files of VMs on this one's list.</summary>
    public FakeHost? SharesWith { get; set; }

    /// <summary>
    /// Runs before a VM is registered, unregistered, renamed or its disks change, and after it was unregistered.
    /// </summary>
    public Func<string, Task>? BeforeLife { get; set; }

    /// <summary>RegisterVm refuses with this.</summary>
    public Fault? RefuseRegister { get; set; }

    public override Task<InspectVmReply> InspectVm(InspectVmRequest request, ServerCallContext context)
    {
        var files = Unregistered.GetValueOrDefault(request.Path)
            ?? Vms.Values.Concat(SharesWith?.Vms.Values ?? []).FirstOrDefault(v => v.Path == request.Path)
            ?? throw FaultCodec.ToRpc(new Fault(
                FaultTypes.NotFound, "lorica.fileNotFound", request.Path, $"{request.Path} is not there."));
        return Task.FromResult(new InspectVmReply { Vm = WithMissing(files) });
    }

    public override async Task<VmDescription> RegisterVm(RegisterVmRequest request, ServerCallContext context)
    {
        await (BeforeLife?.Invoke("register") ?? Task.CompletedTask);
        if (RefuseRegister is { } fault)
        {
            throw FaultCodec.ToRpc(fault);
        }

        if (Vms.TryGetValue(request.VmId, out var known) && known.Path == request.Path)
        {
            return Find(request.VmId);
        }

        var files = Unregistered.GetValueOrDefault(request.Path)
            ?? throw FaultCodec.ToRpc(new Fault(FaultTypes.NotFound, "lorica.fileNotFound", request.Path, "gone"));
        foreach (var (id, encrypted, key, generation) in files.Disks.Select(d => (d.ObjectId, d.Encrypted, d.Key, d.Generation))
            .Append((files.VmId, files.Encrypted, files.Key, files.Generation)))
        {
            if (!encrypted)
            {
                continue;
            }

            var record = request.Records.FirstOrDefault(r => r.ObjectId == id);
            string? reason = record is null ? "lorica.notRecorded" : !record.Key.Equals(key)
                ? "lorica.wrongKey" : generation < record.Generation ? "lorica.olderThanKnown" : null;
            if (reason is not null)
            {
                throw FaultCodec.ToRpc(new Fault(FaultTypes.GenericVmConfigFault, reason, request.Path, reason));
            }

            if (!Keys.ContainsKey(Name(key)))
            {
                throw FaultCodec.ToRpc(new Fault(
                    FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", request.Path, "key missing"));
            }
        }

        TakeEpoch(request.VmId, request.Epoch);
        Unregistered.TryRemove(request.Path, out _);
        files.Lock = new LockDescription { HostId = id, Epoch = request.Epoch };
        Vms[request.VmId] = files;
        return Find(request.VmId);
    }

    public override async Task<UnregisterVmReply> UnregisterVm(UnregisterVmRequest request, ServerCallContext context)
    {
        await (BeforeLife?.Invoke("unregister") ?? Task.CompletedTask);
        if (!Vms.TryRemove(request.VmId, out var files))
        {
            throw FaultCodec.ToRpc(new Fault(FaultTypes.NotFound, "lorica.vmNotFound", request.VmId, "no such VM"));
        }

        TakeEpoch(request.VmId, request.Epoch);
        files.Lock = new LockDescription { HostId = id, Epoch = request.Epoch };
        Unregistered[files.Path] = files;
        await (BeforeLife?.Invoke("unregistered") ?? Task.CompletedTask);
        return new UnregisterVmReply();
    }

    public override async Task<VmDescription> RenameVm(RenameVmRequest request, ServerCallContext context)
    {
        await (BeforeLife?.Invoke("rename") ?? Task.CompletedTask);
        TakeEpoch(request.VmId, request.Epoch);
        var vm = Vms[request.VmId];
        vm.Name = request.Name;
        vm.Generation++;
        return Find(request.VmId);
    }

    public override Task<DiskDescription> InspectDisk(InspectDiskRequest request, ServerCallContext context) => Task.FromResult(
        Detached.GetValueOrDefault(request.Path)
            ?? Vms.Values.SelectMany(v => v.Disks).FirstOrDefault(d => d.Path == request.Path)
        ?? throw FaultCodec.ToRpc(new Fault(
            FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.notFile", request.Path, "no such disk")));

    public override async Task<VmDescription> ChangeDisk(ChangeDiskRequest request, ServerCallContext context)
    {
        await (BeforeLife?.Invoke("disk") ?? Task.CompletedTask);
        TakeEpoch(request.VmId, request.Epoch);
        var vm = Vms[request.VmId];
        if (vm.Encrypted && !Keys.ContainsKey(Name(vm.Key)))
        {
            throw FaultCodec.ToRpc(new Fault(
                FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", request.VmId, "key missing"));
        }

        switch (request.ChangeCase)
        {
            case ChangeDiskRequest.ChangeOneofCase.Add:
                RequireKey(request.Add.Key);
                vm.Disks.Add(new DiskDescription
                {
                    Label = request.Add.Label, ObjectId = request.Add.ObjectId, Capacity = request.Add.Capacity,
                    Provisioning = request.Add.Provisioning,
                    Encrypted = request.Add.Key is not null, Key = request.Add.Key, Kcv = request.Add.Kcv, Generation = 1,
                    Path = $"[ds1] {vm.Name}/{request.Add.ObjectId}.vmdk",
                });
                break;
            case ChangeDiskRequest.ChangeOneofCase.Attach:
                Detached.TryRemove(request.Attach.Path, out var disk);
                RequireKey(disk!.Key);
                if (disk.Encrypted && request.Records.All(r => r.ObjectId != disk.ObjectId))
                {
                    throw FaultCodec.ToRpc(new Fault(
                        FaultTypes.GenericVmConfigFault, "lorica.notRecorded", disk.Path, "no record"));
                }

                (disk.Label, disk.ObjectId) = (request.Attach.Label, request.Attach.ObjectId);
                vm.Disks.Add(disk);
                break;
            case ChangeDiskRequest.ChangeOneofCase.Detach:
                var gone = vm.Disks.FirstOrDefault(d => d.ObjectId == request.Detach.ObjectId);
                if (gone is not null)
                {
                    vm.Disks.Remove(gone);
                    if (!request.Detach.Remove)
                    {
                        Detached[gone.Path] = gone;
                    }
                }

                break;
            default:
                var grown = vm.Disks.First(d => d.Label == request.Resize.Label);
                grown.Capacity = request.Resize.Capacity;
                grown.Generation++;
                break;
        }

        vm.Generation++;
        return Find(request.VmId);
    }

    private void RequireKey(KeyRef? key)
    {
        if (key is not null && !Keys.ContainsKey(Name(key)))
        {
            throw FaultCodec.ToRpc(new Fault(
                FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", key.KeyId, "key missing"));
        }
    }
}
