namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/users</c>.</summary>
public sealed record AddUserBody(string Name, string Password);
