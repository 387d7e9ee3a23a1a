namespace Lorica.Contracts.Rest;

/// <summary>A session; <paramref name="Token"/> goes into <c>Authorization: Bearer</c>.</summary>
public sealed record SessionModel(string User, string Token, DateTimeOffset ExpiresAt);
