namespace Lorica.Contracts.Rest;

/// <summary>Somebody has a role at an object.</summary>
/// <param name="PrincipalKind"><c>user</c> or <c>group</c>.</param>
/// <param name="Principal">Name.</param>
/// <param name="Role">Role.</param>
/// <param name="RoleId">Its id.</param>
/// <param name="Object">Where.</param>
/// <param name="Propagate">Whether it holds below too.</param>
public sealed record PermissionModel(
    string PrincipalKind, string Principal, string Role, int RoleId, ObjectModel Object, bool Propagate);
