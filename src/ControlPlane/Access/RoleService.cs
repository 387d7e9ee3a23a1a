using System.Collections.Frozen;
using System.Globalization;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary>Roles: built-in ones can only be cloned; the others are made by cloning, then changed.</summary>
public sealed class RoleService(CenterStore store, EscalationGuard guard, EventLog events, TimeProvider time)
{
    /// <summary>All roles, the built-in ones first. Whoever is signed in may see them: they need them to ask for one.</summary>
    public async Task<IReadOnlyList<RoleModel>> ListAsync(CancellationToken ct) =>
        [.. (await store.ReadAsync(db => RolesAsync(db, ct), ct)).Select(ToModel)];

    /// <summary>One role by name or id.</summary>
    public async Task<RoleModel> GetAsync(string nameOrId, CancellationToken ct) =>
        ToModel(await store.ReadAsync(db => FindAsync(db, nameOrId, ct), ct));

    /// <summary>Makes a role that holds what another holds.</summary>
    public Task<RoleModel> CloneAsync(
        Caller caller, string source, CloneRoleBody body, CancellationToken ct) => guard.ChangeAsync(
        caller, AccessTaskKinds.RoleClone, body.Name, $"clone the role {source}",
        async (db, before, actor) =>
        {
            EscalationGuard.Require(caller, actor, before, Privileges.ModifyRoles, ObjectRef.Root);
            var from = await FindAsync(db, source, ct);
            EscalationGuard.RequireAll(caller, actor, before, from.Privileges, ObjectRef.Root);
            PrincipalNames.CheckRole(body.Name);
            if ((await RolesAsync(db, ct)).Any(r => string.Equals(r.Name, body.Name, StringComparison.OrdinalIgnoreCase)))
            {
                throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.roleExists", body.Name,
                    $"There is a role {body.Name} already.", "Choose another name."));
            }

            var row = new RoleRow
            {
                Name = body.Name,
                Description = PrincipalNames.Text(body.Description ?? $"Cloned from {from.Name}.", body.Name),
                CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            };
            db.Roles.Add(row);
            await db.SaveAsync(ct);
            var held = from.Privileges.Union(BuiltInRoles.Always).ToFrozenSet(StringComparer.Ordinal);
            db.Roles.AddPrivileges(row.Id, held);
            events.Add(db, EventIds.RoleAdded, caller, row.Name,
                $"{caller.User} cloned the role {from.Name} as {row.Name} ({row.Id}).");
            return ToModel(new Role(row.Id, row.Name, row.Description, held));
        },
        ct);

    /// <summary>Changes what a role holds: everything anew, or some added and some taken away.</summary>
    public async Task<RoleModel> SetAsync(
        Caller caller, string nameOrId, SetRoleBody body, CancellationToken ct) => await guard.ChangeAsync(
        caller, AccessTaskKinds.RoleChange, (await GetAsync(nameOrId, ct)).Name, $"change the role {nameOrId}",
        async (db, before, actor) =>
        {
            EscalationGuard.Require(caller, actor, before, Privileges.ModifyRoles, ObjectRef.Root);
            var role = await FindAsync(db, nameOrId, ct);
            RequireCustom(role);
            var wanted = Wanted(role, body);
            EscalationGuard.RequireAll(caller, actor, before, role.Privileges.Union(wanted), ObjectRef.Root);
            await db.Roles.RemovePrivilegesAsync(role.Id, ct);
            db.Roles.AddPrivileges(role.Id, wanted);
            events.Add(db, EventIds.RoleUpdated, caller, role.Name,
                $"{caller.User} changed the role {role.Name}: added {List(wanted.Except(role.Privileges))}; taken away "
                    + $"{List(role.Privileges.Except(wanted))}.");
            return ToModel(role with { Privileges = wanted });
        },
        ct);

    /// <summary>Removes a role that no permission uses.</summary>
    public async Task RemoveAsync(Caller caller, string nameOrId, CancellationToken ct) => await guard.ChangeAsync(
        caller, AccessTaskKinds.RoleRemove, (await GetAsync(nameOrId, ct)).Name, $"remove the role {nameOrId}",
        async (db, before, actor) =>
        {
            EscalationGuard.Require(caller, actor, before, Privileges.ModifyRoles, ObjectRef.Root);
            var role = await FindAsync(db, nameOrId, ct);
            RequireCustom(role);
            EscalationGuard.RequireAll(caller, actor, before, role.Privileges, ObjectRef.Root);
            var users = await db.Permissions.PrincipalsWithAsync(role.Id, ct);
            if (users.Count > 0)
            {
                throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.roleInUse", role.Name,
                    $"Permissions of {string.Join(", ", users)} use the role {role.Name}.",
                    "Revoke them first: `lorica permission ls`."));
            }

            await db.Roles.RemovePrivilegesAsync(role.Id, ct);
            await db.Roles.RemoveAsync(role.Id, ct);
            events.Add(
                db, EventIds.RoleRemoved, caller, role.Name, $"{caller.User} removed the role {role.Name} ({role.Id}).");
        },
        ct);

    /// <summary>A role by name (in whatever case) or id; NotFound otherwise.</summary>
    internal static async Task<Role> FindAsync(CenterDb db, string nameOrId, CancellationToken ct)
    {
        var all = await RolesAsync(db, ct);
        return all.Find(r => string.Equals(r.Name, nameOrId, StringComparison.OrdinalIgnoreCase))
            ?? (int.TryParse(nameOrId, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int id)
                ? all.Find(r => r.Id == id) : null)
            ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.roleNotFound", nameOrId,
                $"There is no role {nameOrId}.", "See `lorica role ls`."));
    }

    /// <summary>All roles, the built-in ones first.</summary>
    internal static async Task<List<Role>> RolesAsync(CenterDb db, CancellationToken ct)
    {
        var privileges = await RoleTable.LoadAllAsync(db, ct);
        var rows = await db.Roles.ListAsync(ct);
        return [.. BuiltInRoles.All, .. rows.Select(r => new Role(r.Id, r.Name, r.Description, privileges[r.Id]))];
    }

    /// <summary>Refuses ids that are no privileges.</summary>
    internal static IReadOnlyList<string> Known(IReadOnlyList<string>? privileges) =>
        (privileges ?? []).FirstOrDefault(p => p is null || !Privileges.All.Contains(p)) is { } unknown
            ? throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.privilege", unknown,
                $"There is no privilege {unknown}.", "See `lorica role show Admin`: it holds all."))
            : privileges ?? [];

    private static FrozenSet<string> Wanted(Role role, SetRoleBody body)
    {
        IEnumerable<string> start = body.Privileges is null ? role.Privileges : Known(body.Privileges);
        return start.Union(Known(body.Add))
            .Except(Known(body.Remove)).Union(BuiltInRoles.Always).ToFrozenSet(StringComparer.Ordinal);
    }

    private static void RequireCustom(Role role)
    {
        if (role.BuiltIn)
        {
            throw new FaultException(new Fault(FaultTypes.NotSupported, "lorica.roleBuiltIn", role.Name,
                $"{role.Name} is built in and cannot be changed.", $"Clone it: `lorica role clone {role.Name} NAME`."));
        }
    }

    private static RoleModel ToModel(Role r) =>
        new(r.Id, r.Name, r.Description, r.BuiltIn, [.. r.Privileges.Order(StringComparer.Ordinal)]);

    private static string List(IEnumerable<string> privileges) =>
        string.Join(", ", privileges.Order(StringComparer.Ordinal)) is { Length: > 0 } all ? all : "none";
}
