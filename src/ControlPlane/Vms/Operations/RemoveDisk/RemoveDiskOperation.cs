using Lorica.ControlPlane.Vms.Operations.Disks;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.RemoveDisk;

/// <summary>Removes a disk and its files.</summary>
internal sealed class RemoveDiskOperation(OperationServices services, DiskServices disks)
    : LeavingDiskOperation<RemoveDiskRequest>(services, disks)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.RemoveDisk, "vm disk rm", Privileges.RemoveDisk);

    /// <inheritdoc />
    protected override bool RemovesFiles => true;

    /// <inheritdoc />
    protected override RemoveDiskRequest FromFirst(FirstTaskArguments first) => new()
    {
        Label = first.Life!.Label, ObjectId = first.Life.ObjectId, Path = first.Life.Path, Encrypted = first.Life.Encrypted,
    };
}
