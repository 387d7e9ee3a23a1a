namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/vms/{vm}/clone</c>: a full clone of a VM that is off, with new data keys.</summary>
/// <param name="Name">Name of the new VM.</param>
/// <param name="Datastore">Datastore of the same host; left out: that of the source.</param>
/// <param name="Policy">Storage policy of the clone; left out: those of the source. A plain VM may become encrypted so.</param>
/// <param name="Keys">Keys to use; left out: those of the source.</param>
public sealed record CloneVmBody(
    string Name, string? Datastore = null, string? Policy = null, IReadOnlyList<KeySpecBody>? Keys = null);
