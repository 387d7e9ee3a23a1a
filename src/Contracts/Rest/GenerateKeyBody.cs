namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/keys</c>.</summary>
/// <param name="Provider">Key provider; the default one when left out.</param>
/// <param name="Label">Label, for people.</param>
public sealed record GenerateKeyBody(string? Provider = null, string? Label = null);
