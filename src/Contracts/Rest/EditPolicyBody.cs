namespace Lorica.Contracts.Rest;

/// <summary><c>PATCH /api/v1/policies/{policy}</c>; what is left out stays. Send the ETag as <c>If-Match</c>.</summary>
public sealed record EditPolicyBody(
    string? Name = null, string? Description = null, bool? Encryption = null, bool? AllowCleartextFilters = null,
    bool? Strict = null, IReadOnlyList<string>? Tags = null, string? OutageAction = null, long? OutageAfterSeconds = null);
