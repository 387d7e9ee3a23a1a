namespace Lorica.Contracts.Rest;

/// <summary>
/// <c>POST /api/v1/vms/{vm}/policy</c>. Without <paramref name="Home"/> and <paramref name="Disks"/>: home and all disks.
/// </summary>
/// <param name="Policy">Name or id.</param>
/// <param name="Home">Apply to VM home.</param>
/// <param name="Disks">Labels of the disks.</param>
/// <param name="Force">Decrypt although the start of a disk looks like nothing known.</param>
public sealed record SetPolicyBody(string Policy, bool? Home = null, IReadOnlyList<string>? Disks = null, bool Force = false);
