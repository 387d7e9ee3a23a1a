using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Vms.Operations.Disks;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.ResizeDisk;

/// <summary>Grows a disk.</summary>
internal sealed class ResizeDiskOperation(OperationServices services, DiskServices disks)
    : DiskOperation<ResizeDiskRequest>(services, disks)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.ResizeDisk, "vm disk resize", Privileges.ExtendDisk);

    /// <inheritdoc />
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, ResizeDiskRequest request, CancellationToken ct)
    {
        var (vm, files, records) = await Vms.OffAsync(vmId, ct);
        var disk = DiskRules.Find(vm, files, request.Label);
        if (request.Capacity < disk.Capacity)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.diskShrinks", disk.Path,
                $"{disk.Path} has {disk.Capacity} bytes; a disk grows, it never becomes smaller.", "Name a larger size."));
        }

        await Vms.RequireHeldAsync(
            caller, vm, records.FindAll(r => r.ObjectId == vm.Id || r.ObjectId == disk.ObjectId), "disk", ct);
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
        HostDisks host, VmEdit edit, ResizeDiskRequest request, ExpectedKey? key, CancellationToken ct) =>
        host.ResizeAsync(edit, request.Label, request.Capacity, ct);

    /// <inheritdoc />
    protected override bool IsDone(VmDisk? disk, ResizeDiskRequest request) => disk?.Capacity == request.Capacity;

    /// <inheritdoc />
    protected override ResizeDiskRequest FromFirst(FirstTaskArguments first) => new()
    {
        Label = first.Life!.Label, ObjectId = first.Life.ObjectId, Path = first.Life.Path, Encrypted = first.Life.Encrypted,
        Capacity = first.Life.Capacity,
    };
}
