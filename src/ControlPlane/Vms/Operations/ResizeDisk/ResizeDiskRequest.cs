using Lorica.ControlPlane.Vms.Operations.Disks;

namespace Lorica.ControlPlane.Vms.Operations.ResizeDisk;

/// <summary>Grows a disk.</summary>
public sealed record ResizeDiskRequest : DiskRequest
{
    /// <summary>Bytes afterwards.</summary>
    public long Capacity { get; init; }
}
