namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/vms/{vm}/power</c>.</summary>
/// <param name="Action"><c>on</c> or <c>off</c>.</param>
/// <param name="Hard">Do not ask the guest.</param>
/// <param name="TimeoutSeconds">How long the guest may take before it is cut off.</param>
/// <param name="Fenced">
/// On: the host that held the VM last is cut off from the datastore for good, so its lock is taken over at once. Needs
/// Host.Config.Connection at the VM's host too.
/// </param>
public sealed record PowerBody(string Action, bool Hard = false, int TimeoutSeconds = 60, bool Fenced = false);
