namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/hosts/{name}/maintenance</c>.</summary>
/// <param name="Enter">Enter it, or leave it.</param>
public sealed record MaintenanceBody(bool Enter);
