namespace Lorica.ControlPlane.Vms.Operations.PowerOff;

/// <summary>Powers a VM off.</summary>
/// <param name="Hard">Do not ask the guest.</param>
/// <param name="TimeoutSeconds">How long the guest may take before it is cut off.</param>
public sealed record PowerOffRequest(bool Hard = false, int TimeoutSeconds = 0)
{
    /// <summary>Longest time-out.</summary>
    public const int MaximumTimeout = 3600;
}
