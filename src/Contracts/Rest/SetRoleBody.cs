namespace Lorica.Contracts.Rest;

/// <summary><c>PUT /api/v1/roles/{name}</c>: everything anew, or some added and some taken away.</summary>
public sealed record SetRoleBody(
    IReadOnlyList<string>? Privileges = null, IReadOnlyList<string>? Add = null, IReadOnlyList<string>? Remove = null);
