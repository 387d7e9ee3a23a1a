namespace Lorica.Contracts.Rest;

/// <summary><c>PUT /api/v1/users/{name}/password</c>.</summary>
/// <param name="Password">The new one.</param>
/// <param name="OldPassword">Needed for one's own.</param>
public sealed record SetPasswordBody(string Password, string? OldPassword = null);
