namespace Lorica.Contracts.Rest;

/// <summary>A storage policy by id and name.</summary>
public sealed record PolicyRefModel(string Id, string Name);
