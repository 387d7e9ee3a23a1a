using Lorica.ControlPlane.Vms.Operations.Disks;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.DetachDisk;

/// <summary>Detaches a disk; its file stays.</summary>
internal sealed class DetachDiskOperation(OperationServices services, DiskServices disks)
    : LeavingDiskOperation<DetachDiskRequest>(services, disks)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.DetachDisk, "vm disk detach", Privileges.RemoveDisk);

    /// <inheritdoc />
    protected override DetachDiskRequest FromFirst(FirstTaskArguments first) => new()
    {
        Label = first.Life!.Label, ObjectId = first.Life.ObjectId, Path = first.Life.Path, Encrypted = first.Life.Encrypted,
    };
}
