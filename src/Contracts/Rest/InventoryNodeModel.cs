namespace Lorica.Contracts.Rest;

/// <summary>A line of the inventory, in the order of the tree.</summary>
/// <param name="Kind">Kind of the object.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Path">Its place: <c>Datacenter/prod/web</c>.</param>
/// <param name="Depth">0 for the root.</param>
/// <param name="State">Of a host or VM.</param>
public sealed record InventoryNodeModel(string Kind, string Id, string Name, string Path, int Depth, string State);
