namespace Lorica.Model;

/// <summary>What every change of a VM's files tells the host: which VM, under which epoch, and what the records say.</summary>
/// <param name="VmId">The VM.</param>
/// <param name="Epoch">The task's epoch; a host that has seen a later one refuses.</param>
/// <param name="Records">What is encrypted; a file that differs is refused.</param>
public sealed record VmEdit(string VmId, long Epoch, IReadOnlyList<RecordedKey> Records);
