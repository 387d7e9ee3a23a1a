namespace Lorica.Contracts.Rest;

/// <summary><c>PUT /api/v1/permissions</c>.</summary>
/// <param name="Role">Name or id.</param>
/// <param name="Object"><c>root</c>, <c>KIND:NAME</c>, <c>KIND:ID</c>, or a name that only one object has.</param>
/// <param name="User">Who; or</param>
/// <param name="Group">which group.</param>
/// <param name="Propagate">Whether it holds below too.</param>
public sealed record GrantBody(string Role, string Object, string? User = null, string? Group = null, bool Propagate = true);
