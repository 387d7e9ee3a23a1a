namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/session</c>.</summary>
public sealed record SignInRequest(string User, string Password);
