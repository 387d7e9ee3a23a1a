namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/vms/{vm}/relocate</c>: to another datastore of its host, or to another disk format.</summary>
/// <param name="Datastore">Datastore; left out: it stays on its own.</param>
/// <param name="DiskFormat"><c>thin</c>, <c>lazyZeroed</c> or <c>eagerZeroed</c>; left out: each disk keeps its own.</param>
public sealed record RelocateVmBody(string? Datastore = null, string? DiskFormat = null);
