namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/containers</c>.</summary>
/// <param name="Kind"><c>datacenter</c>, <c>cluster</c> or <c>folder</c>.</param>
/// <param name="Name">Display name.</param>
/// <param name="Parent">Where: name, id or path; null for the root (datacenter) or the only datacenter.</param>
public sealed record CreateContainerBody(string Kind, string Name, string? Parent = null);
