namespace Lorica.ControlPlane.Vms.Operations.ResetVm;

/// <summary>Resets a running guest: it starts anew at once, unasked.</summary>
public sealed record ResetVmRequest;
