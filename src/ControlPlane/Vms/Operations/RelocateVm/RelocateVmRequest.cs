namespace Lorica.ControlPlane.Vms.Operations.RelocateVm;

/// <summary>Moves a VM to another datastore, or to another disk format.</summary>
/// <param name="Datastore">Datastore; null to stay, then the one that was decided.</param>
/// <param name="DiskFormat">Disk format; null to keep those of the disks.</param>
public sealed record RelocateVmRequest(string? Datastore, string? DiskFormat);
