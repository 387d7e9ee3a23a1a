namespace Lorica.Contracts.Rest;

/// <summary><c>GET /health</c>: the truth about the center and what it needs.</summary>
public sealed record HealthModel(string Status, string Version, IReadOnlyDictionary<string, string> Parts);
