using Lorica.ControlPlane.Vms.Operations.Disks;

namespace Lorica.ControlPlane.Vms.Operations.RemoveDisk;

/// <summary>Detaches a disk and removes its files.</summary>
public sealed record RemoveDiskRequest : DiskRequest;
