namespace Lorica.Contracts.Rest;

/// <summary>Compliance of VM home or a disk.</summary>
/// <param name="Object"><c>home</c>, or the label of the disk.</param>
/// <param name="Path"><c>[datastore] folder/file</c>.</param>
/// <param name="Policy">Its policy.</param>
/// <param name="State">As for the VM.</param>
/// <param name="Drift">What differs, one sentence each.</param>
public sealed record ObjectComplianceModel(
    string Object, string Path, PolicyRefModel Policy, string State, IReadOnlyList<string> Drift);
