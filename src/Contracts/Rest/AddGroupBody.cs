namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/groups</c>.</summary>
public sealed record AddGroupBody(string Name, string? Description = null);
