namespace Lorica.ControlPlane.Vms.Operations.PowerOn;

/// <summary>Powers a VM on.</summary>
/// <param name="Fenced">An operator says that whoever held the lock last is cut off for good.</param>
public sealed record PowerOnRequest(bool Fenced = false);
