using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.CloneVm;

/// <summary>Makes a full clone, in the folder of its source.</summary>
/// <param name="Name">Name of the new VM.</param>
/// <param name="Datastore">Datastore; null for that of the source.</param>
/// <param name="Policy">Policy of all its objects (name or id, then id); null for those of the source.</param>
/// <param name="Keys">Keys that the request names; empty for those of the source.</param>
/// <param name="CloneId">Id of the new VM; decided when it begins.</param>
public sealed record CloneVmRequest(
    string Name, string? Datastore, string? Policy, IReadOnlyList<KeySpec> Keys, string CloneId = "");
