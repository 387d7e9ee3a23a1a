using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Vms.Files;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.Disks;

/// <summary>A disk leaves a VM.</summary>
internal abstract class LeavingDiskOperation<TRequest>(OperationServices services, DiskServices disks)
    : DiskOperation<TRequest>(services, disks)
    where TRequest : DiskRequest
{
    /// <inheritdoc />
    protected override bool Leaves => true;

    /// <summary>
    /// Needs the home's key only: a disk whose key is out of reach, or whose files are not what they should be, can go.
    /// </summary>
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, TRequest request, CancellationToken ct)
    {
        var vm = await Vms.FreeAsync(vmId, ct);
        var files = await Vms.DescribeAsync(vm, ct)
            ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.filesGone", vm.Name,
                $"The host has no files of {vm.Name}.", "Put them back, or unregister the VM."));
        var disk = DiskRules.Find(vm, files, request.Label);
        var records = await Vms.RecordsAsync(vm, ct);
        var others = files with { Disks = [.. files.Disks.Where(d => !ReferenceEquals(d, disk))] };
        if (RecordCheck.Find(others, [.. records.Where(r => r.ObjectId != disk.ObjectId)], underWay: false) is { } suspect)
        {
            throw new FaultException(suspect);
        }

        EncryptionRules.RequireOff(files);
        VmLook.RequireNoJob(vm, files);
        await Vms.RequireHeldAsync(caller, vm, records.FindAll(r => r.ObjectId == vm.Id), "disk", ct);
        return new Begun(vm, request with
        {
            Label = disk.Label,
            ObjectId = disk.ObjectId,
            Path = disk.Path,
            Encrypted = disk.Encrypted,
        });
    }

    /// <inheritdoc />
    protected override Task<VmFiles> AskAsync(
        HostDisks host, VmEdit edit, TRequest request, ExpectedKey? key, CancellationToken ct) =>
        host.DetachAsync(edit, request.Label, request.ObjectId, request.Path, RemovesFiles, ct);

    /// <inheritdoc />
    protected override bool IsDone(VmDisk? disk, TRequest request) => disk is null;
}
