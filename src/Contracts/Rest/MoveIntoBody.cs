namespace Lorica.Contracts.Rest;

/// <summary><c>POST …/move</c> of a host or a container.</summary>
/// <param name="Parent">Where to: name, id or path.</param>
public sealed record MoveIntoBody(string Parent);
