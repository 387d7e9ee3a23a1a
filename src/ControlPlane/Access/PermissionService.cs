using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary>Permissions: who has which role where.</summary>
public sealed class PermissionService(
    CenterStore store, EscalationGuard guard, RefusalAudit refusals, EventLog events, TimeProvider time)
{
    /// <summary>
    /// Permissions at the objects where the caller may change them, and their own; those of objects that are gone are not shown.
    /// </summary>
    public Task<IReadOnlyList<PermissionModel>> ListAsync(Caller caller, string? target, CancellationToken ct) => store.ReadAsync(
        async db =>
        {
            var only = target is null ? (ObjectRef?)null : await ObjectFinder.FindAsync(db, target, ct);
            var state = await AccessState.LoadAsync(db, ct);
            var actor = await CallerAccess.LoadAsync(db, caller, time, ct);
            var roles = (await RoleService.RolesAsync(db, ct)).ToDictionary(r => r.Id);
            return (IReadOnlyList<PermissionModel>)[.. state.Grants.Select(g => (Grant: g, Object: state.Place(g)))
                .Where(p => only is null || (p.Object.Kind, p.Object.Id) == (only.Value.Kind, only.Value.Id))
                .Where(p => actor.Holds(Privileges.ModifyPermissions, state.Path(p.Object)) || IsOf(p.Grant, caller.User, state))
                .OrderBy(p => p.Object.Name, StringComparer.Ordinal).ThenBy(p => p.Grant.Principal, StringComparer.Ordinal)
                .Select(p => ToModel(p.Grant, p.Object, roles[p.Grant.RoleId]))];
        },
        ct);

    /// <summary>Gives a user or group a role at an object, instead of the one that it has there.</summary>
    public Task<PermissionModel> GrantAsync(Caller caller, GrantBody body, CancellationToken ct)
    {
        var (kind, principal) = Principal(body.User, body.Group);
        return guard.ChangeAsync(
            caller, AccessTaskKinds.PermissionGrant, principal, $"give {principal} the role {body.Role} at {body.Object}",
            async (db, before, actor) =>
            {
                var target = await ObjectFinder.FindAsync(db, body.Object, ct);
                EscalationGuard.Require(caller, actor, before, Privileges.ModifyPermissions, target);
                var role = await RoleService.FindAsync(db, body.Role, ct);
                await RequirePrincipalAsync(db, before, kind, principal, ct);
                var row = await db.Permissions.FindAsync(kind, principal, target, ct);
                string old = row is null ? "" : $" instead of the role {row.RoleId}";
                if (row is null)
                {
                    db.Permissions.Add(row = new PermissionRow
                    {
                        PrincipalKind = kind,
                        Principal = principal,
                        ObjectKind = target.Kind,
                        ObjectId = target.Id,
                        CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                    });
                }

                (row.RoleId, row.Propagate) = (role.Id, body.Propagate);
                events.Add(db, old.Length == 0 ? EventIds.PermissionAdded : EventIds.PermissionUpdated, caller, target.Name,
                    $"{caller.User} gave the {kind} {principal} the role {role.Name} ({role.Id}) at {target.Kind} "
                        + $"{target.Name}{(body.Propagate ? " and below" : "")}{old}.");
                return ToModel(Grant.Of(row), target, role);
            },
            ct);
    }

    /// <summary>Takes away the role that a user or group has at an object.</summary>
    public Task RevokeAsync(Caller caller, string? user, string? group, string target, CancellationToken ct)
    {
        var (kind, principal) = Principal(user, group);
        return guard.ChangeAsync(
            caller, AccessTaskKinds.PermissionRevoke, principal, $"take away the role of {principal} at {target}",
            async (db, before, actor) =>
            {
                var place = await ObjectFinder.FindAsync(db, target, ct);
                EscalationGuard.Require(caller, actor, before, Privileges.ModifyPermissions, place);
                var row = await db.Permissions.FindAsync(kind, principal, place, ct)
                    ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.permissionNotFound", principal,
                        $"The {kind} {principal} has no permission set at {place.Name} itself.",
                        "See `lorica permission ls`: it may be inherited."));
                db.Permissions.Remove(row);
                events.Add(db, EventIds.PermissionRemoved, caller, place.Name,
                    $"{caller.User} took the role {row.RoleId} of the {kind} {principal} at {place.Kind} {place.Name} away.");
            },
            ct);
    }

    /// <summary>What somebody holds at an object: the caller, or another whose permissions there the caller may change.</summary>
    public async Task<EffectiveModel> EffectiveAsync(Caller caller, string? user, string target, CancellationToken ct)
    {
        try
        {
            return await store.ReadAsync(db => EffectiveAsync(db, caller, user ?? caller.User, target, ct), ct);
        }
        catch (FaultException e)
        {
            await refusals.NoteAsync(e);
            throw;
        }
    }

    private async Task<EffectiveModel> EffectiveAsync(
        CenterDb db, Caller caller, string who, string target, CancellationToken ct)
    {
        var place = await ObjectFinder.FindAsync(db, target, ct);
        var state = await AccessState.LoadAsync(db, ct);
        var actor = await CallerAccess.LoadAsync(db, caller, time, ct);
        if (who != caller.User)
        {
            EscalationGuard.Require(caller, actor, state, Privileges.ModifyPermissions, place);
            UserService.RequireUser(state, who);
        }

        var held = who == caller.User
            ? actor.Effective(state.Path(place), propagated: false) : state.Effective(who, place, propagated: false);
        return new EffectiveModel(
            who, [.. state.Members.Where(m => m.User == who).Select(m => m.Group).Order(StringComparer.Ordinal)],
            new ObjectModel(place.Kind, place.Id, place.Name), [.. held.Order(StringComparer.Ordinal)]);
    }

    private static (string Kind, string Name) Principal(string? user, string? group) => (user, group) switch
    {
        ({ } u, null) => (PrincipalKinds.User, u),
        (null, { } g) => (PrincipalKinds.Group, g),
        _ => throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.principal", "permission",
            "A permission is of one user or of one group.", "Name either.")),
    };

    private static async Task RequirePrincipalAsync(
        CenterDb db, AccessState state, string kind, string name, CancellationToken ct)
    {
        if (kind == PrincipalKinds.User)
        {
            UserService.RequireUser(state, name);
        }
        else
        {
            await GroupService.RequireGroupAsync(db, name, ct);
        }
    }

    private static bool IsOf(Grant grant, string user, AccessState state) =>
        grant.IsGroup ? state.Members.Contains((grant.Principal, user)) : grant.Principal == user;

    private static PermissionModel ToModel(Grant g, ObjectRef target, Role role) => new(
        g.IsGroup ? PrincipalKinds.Group : PrincipalKinds.User, g.Principal, role.Name, role.Id,
        new ObjectModel(target.Kind, target.Id, target.Name), g.Propagate);
}
