namespace Lorica.ControlPlane.Inventory;

/// <summary>Sets a storage policy.</summary>
/// <param name="PolicyId">Policy.</param>
/// <param name="Home">Apply to VM home; with <paramref name="Disks"/> null too: to everything.</param>
/// <param name="Disks">Labels of the disks.</param>
/// <param name="Force">Decrypt although the start of a disk looks like nothing known.</param>
[GenerateSerializer]
[Alias("Lorica.SetPolicyCommand")]
public sealed record SetPolicyCommand(string PolicyId, bool? Home, List<string>? Disks, bool Force);
