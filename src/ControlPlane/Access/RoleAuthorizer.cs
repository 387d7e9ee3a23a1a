using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Decides by the role of the user. The role Admin (−1) holds every privilege; no other role is given to anybody yet, so everyone
/// else is refused.
/// </summary>
public sealed class RoleAuthorizer(CenterStore store) : IAuthorizer
{
    /// <summary>Role id of Admin.</summary>
    public const int AdminRole = -1;

    /// <inheritdoc />
    public async Task RequireAsync(Caller caller, string privilege, ObjectRef target, CancellationToken ct)
    {
        if (!await HoldsAsync(caller, privilege, target, ct))
        {
            throw new FaultException(new Fault(FaultTypes.NoPermission, privilege, target.Name,
                $"{caller.User} does not hold {privilege} at {target.Name}.", "Ask an administrator for a role that holds it."));
        }
    }

    /// <inheritdoc />
    public async Task<bool> HoldsAsync(Caller caller, string privilege, ObjectRef target, CancellationToken ct) =>
        caller.IsSystem
        || await store.ReadAsync(db => db.Users.AnyAsync(u => u.Name == caller.User && u.Role == AdminRole, ct), ct);
}
