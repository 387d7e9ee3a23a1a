namespace Lorica.Contracts.Rest;

/// <summary>A list; an object at the top so that it can grow.</summary>
/// <param name="Items">What was asked for, or one page of it.</param>
/// <param name="Next">Cursor of the next page; null when this is the last.</param>
public sealed record ListModel<T>(IReadOnlyList<T> Items, string? Next = null);
