namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Powers on or off.</summary>
/// <param name="On">On, or off.</param>
/// <param name="Hard">Do not ask the guest.</param>
/// <param name="TimeoutSeconds">How long the guest may take before it is cut off.</param>
/// <param name="Fenced">An operator says that whoever held the lock last is cut off.</param>
[GenerateSerializer]
[Alias("Lorica.PowerCommand")]
public sealed record PowerCommand(bool On, bool Hard, int TimeoutSeconds, bool Fenced = false);
