namespace Lorica.Store;

/// <summary>Where a VM is: in the tree, and on which host.</summary>
/// <param name="Id">VM.</param>
/// <param name="Name">Its name.</param>
/// <param name="ParentId">Its container.</param>
/// <param name="HostId">Its host.</param>
public sealed record VmPlace(string Id, string Name, string ParentId, string HostId);
