namespace Lorica.Cli.Commands;

/// <summary>What <c>lorica login --json</c> prints: no token.</summary>
internal sealed record SignedInModel(string Server, string User, DateTimeOffset? ExpiresAt, string Profile);
