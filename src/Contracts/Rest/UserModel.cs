namespace Lorica.Contracts.Rest;

/// <summary>A user.</summary>
public sealed record UserModel(string Name, IReadOnlyList<string> Groups, DateTimeOffset CreatedAt);
