namespace Lorica.Contracts.Rest;

/// <summary>A session that is open; never its token.</summary>
public sealed record OpenSessionModel(
    string Id, string User, string Address, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt);
