namespace Lorica.Center.Rest;

/// <summary>Kinds of the tasks that a route begins.</summary>
internal sealed record BegunKinds(IReadOnlyList<string> Kinds);
