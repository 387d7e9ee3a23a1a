namespace Lorica.ControlPlane.Access;

/// <summary>A session that was opened; the token is nowhere else.</summary>
public sealed record Session(string User, string Token, DateTimeOffset ExpiresAt);
