namespace Lorica.Contracts.Rest;

/// <summary>A group of users.</summary>
public sealed record GroupModel(string Name, string Description, IReadOnlyList<string> Members);
