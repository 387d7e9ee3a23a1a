namespace Lorica.Contracts.Rest;

/// <summary>
/// <c>POST /api/v1/vms/{vm}/policy</c>. Without <paramref name="Home"/> and <paramref name="Disks"/>: home and all disks.
/// </summary>
/// <param name="Policy">Name or id.</param>
/// <param name="Home">Apply to VM home.</param>
/// <param name="Disks">Labels of the disks.</param>
/// <param name="Force">Decrypt although the start of a disk looks like nothing known.</param>
/// <param name="Crypto"><c>encrypt</c> or <c>decrypt</c>: what the request expects; left out, the policy decides.</param>
/// <param name="Provider">With <c>encrypt</c>: the provider that makes the new key; the default one when left out.</param>
/// <param name="Keys">With <c>encrypt</c>: keys of single objects.</param>
public sealed record SetPolicyBody(
    string Policy, bool? Home = null, IReadOnlyList<string>? Disks = null, bool Force = false, string? Crypto = null,
    string? Provider = null, IReadOnlyList<KeySpecBody>? Keys = null);
