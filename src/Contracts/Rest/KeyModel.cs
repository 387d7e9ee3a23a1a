namespace Lorica.Contracts.Rest;

/// <summary>A KEK by its name.</summary>
public sealed record KeyModel(string Provider, string Id);
