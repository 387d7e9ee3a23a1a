namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/tokens</c>.</summary>
/// <param name="Description">What it is for.</param>
/// <param name="Privileges">Limits it; null: all that its owner holds.</param>
/// <param name="Object">Where it holds, as in a permission; null: everywhere.</param>
/// <param name="Hours">How long it lives.</param>
public sealed record CreateTokenBody(
    string? Description = null, IReadOnlyList<string>? Privileges = null, string? Object = null, int Hours = 720);
