namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/roles/{name}/clone</c>.</summary>
public sealed record CloneRoleBody(string Name, string? Description = null);
