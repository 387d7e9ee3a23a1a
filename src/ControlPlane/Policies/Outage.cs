using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Policies;

/// <summary>An outage of a VM's keys that has lasted longer than the policy of its VM home allows.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Policy">Its policy.</param>
/// <param name="Provider">The provider that has been out of reach longest.</param>
/// <param name="Since">Since when.</param>
internal sealed record Outage(VmRow Vm, StoragePolicy Policy, string Provider, DateTimeOffset Since);
