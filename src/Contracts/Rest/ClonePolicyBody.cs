namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/policies/{policy}/clone</c>.</summary>
/// <param name="Name">Name of the copy.</param>
/// <param name="Description">Its description; that of the original when left out.</param>
public sealed record ClonePolicyBody(string Name, string? Description = null);
