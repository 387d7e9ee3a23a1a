namespace Lorica.Center.Rest;

/// <summary>Says of a route that it edits an object with a revision.</summary>
/// <param name="Kinds">Kinds of objects that it edits.</param>
internal sealed record EditedKinds(IReadOnlyList<string> Kinds);
