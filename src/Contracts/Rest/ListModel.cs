namespace Lorica.Contracts.Rest;

/// <summary>A list; an object at the top so that it can grow.</summary>
public sealed record ListModel<T>(IReadOnlyList<T> Items);
