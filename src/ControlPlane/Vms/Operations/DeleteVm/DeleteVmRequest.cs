namespace Lorica.ControlPlane.Vms.Operations.DeleteVm;

/// <summary>Deletes a VM and its files.</summary>
public sealed record DeleteVmRequest;
