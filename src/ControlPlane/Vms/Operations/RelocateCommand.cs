namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Moves a VM to another datastore, or to another disk format.</summary>
/// <param name="Datastore">Datastore; null to stay.</param>
/// <param name="DiskFormat">Disk format; null to keep those of the disks.</param>
/// <param name="Asked">Privileges of encryption that the caller was asked for.</param>
[GenerateSerializer]
[Alias("Lorica.RelocateCommand")]
public sealed record RelocateCommand(string? Datastore, string? DiskFormat, List<string> Asked);
