using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>What setting a policy comes to.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Home">Done to VM home.</param>
/// <param name="Disks">Done to these disks.</param>
/// <param name="PolicyObjects">Object ids that get the policy.</param>
internal sealed record PolicyPlan(
    PolicyAction Action, bool Home, IReadOnlyList<VmDisk> Disks, IReadOnlyList<string> PolicyObjects);
