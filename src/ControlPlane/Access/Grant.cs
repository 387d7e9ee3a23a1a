using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary>A permission as it is weighed.</summary>
/// <param name="IsGroup">Of a group; else of a user.</param>
/// <param name="Principal">Name.</param>
/// <param name="RoleId">Role.</param>
/// <param name="ObjectKind">Kind of the object.</param>
/// <param name="ObjectId">Where it is set.</param>
/// <param name="Propagate">Whether it holds below too.</param>
internal readonly record struct Grant(
    bool IsGroup, string Principal, int RoleId, string ObjectKind, string ObjectId, bool Propagate)
{
    public static Grant Of(PermissionRow row) => new(
        row.PrincipalKind == PrincipalKinds.Group, row.Principal, row.RoleId, row.ObjectKind, row.ObjectId, row.Propagate);
}
