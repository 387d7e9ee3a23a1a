namespace Lorica.Contracts.Rest;

/// <summary><c>POST …/rename</c>.</summary>
/// <param name="Name">The new name.</param>
public sealed record RenameContainerBody(string Name);
