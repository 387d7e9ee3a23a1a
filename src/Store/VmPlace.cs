namespace Lorica.Store;

/// <summary>Where a VM is in the tree.</summary>
/// <param name="Id">VM.</param>
/// <param name="Name">Its name.</param>
/// <param name="ParentId">Its container.</param>
public sealed record VmPlace(string Id, string Name, string ParentId);
