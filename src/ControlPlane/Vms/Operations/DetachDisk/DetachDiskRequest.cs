using Lorica.ControlPlane.Vms.Operations.Disks;

namespace Lorica.ControlPlane.Vms.Operations.DetachDisk;

/// <summary>Detaches a disk; its files stay.</summary>
public sealed record DetachDiskRequest : DiskRequest;
