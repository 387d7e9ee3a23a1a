namespace Lorica.ControlPlane.Vms.Operations.RenameVm;

/// <summary>Changes the display name of a VM.</summary>
/// <param name="Name">New name.</param>
/// <param name="OldName">Name before; decided when it begins.</param>
public sealed record RenameVmRequest(string Name, string OldName = "");
