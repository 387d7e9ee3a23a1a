using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Policies;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Sets a storage policy.</summary>
/// <param name="PolicyId">Policy.</param>
/// <param name="Home">Apply to VM home; with <paramref name="Disks"/> null too: to everything.</param>
/// <param name="Disks">Labels of the disks.</param>
/// <param name="Force">Decrypt although the start of a disk looks like nothing known.</param>
/// <param name="RulesVersion">Rules of the policy for which privileges were checked.</param>
/// <param name="Crypto">What the request expects.</param>
/// <param name="Provider">Provider of the new key; null for the default one.</param>
/// <param name="Keys">Keys that the request names.</param>
[GenerateSerializer]
[Alias("Lorica.SetPolicyCommand")]
public sealed record SetPolicyCommand(
    string PolicyId, bool? Home, List<string>? Disks, bool Force, long RulesVersion = 1,
    CryptoRequest Crypto = CryptoRequest.None, string? Provider = null, List<KeySpec>? Keys = null);
