namespace Lorica.ControlPlane.Vms.Operations.UnregisterVm;

/// <summary>Takes a VM out of the inventory; its files stay.</summary>
/// <param name="Fenced">
/// Its host, which does not answer, is not asked: the caller says that it is cut off for good, and the VM can be registered on
/// another one.
/// </param>
/// <param name="Path">Where its files lie; decided when it begins.</param>
public sealed record UnregisterVmRequest(bool Fenced = false, string Path = "");
