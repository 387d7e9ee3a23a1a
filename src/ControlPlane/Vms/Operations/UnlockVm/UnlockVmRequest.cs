namespace Lorica.ControlPlane.Vms.Operations.UnlockVm;

/// <summary>Fetches the keys of a locked VM now.</summary>
/// <param name="Deactivated">Keys that are Deactivated or Compromised on their KMS are taken too.</param>
public sealed record UnlockVmRequest(bool Deactivated = false);
