namespace Lorica.Contracts.Rest;

/// <summary>An object of the inventory.</summary>
public sealed record ObjectModel(string Kind, string Id, string Name);
