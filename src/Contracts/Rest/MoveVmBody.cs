namespace Lorica.Contracts.Rest;

/// <summary>Folder or datacenter of the inventory, by name or id.</summary>
public sealed record MoveVmBody(string Folder);
