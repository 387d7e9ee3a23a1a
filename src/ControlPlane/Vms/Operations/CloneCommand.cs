using Lorica.ControlPlane.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Makes a full clone.</summary>
/// <param name="Name">Name of the new VM.</param>
/// <param name="Datastore">Datastore; null for that of the source.</param>
/// <param name="PolicyId">Policy of all its objects; null for those of the source.</param>
/// <param name="Keys">Keys that the request names; empty for those of the source.</param>
/// <param name="Asked">Privileges of encryption that the caller was asked for.</param>
[GenerateSerializer]
[Alias("Lorica.CloneCommand")]
public sealed record CloneCommand(string Name, string? Datastore, string? PolicyId, List<KeySpec> Keys, List<string> Asked);
