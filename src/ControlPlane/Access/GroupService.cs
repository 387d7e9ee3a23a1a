using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary>Groups of users; a group is never in a group.</summary>
public sealed class GroupService(
    CenterStore store, EscalationGuard guard, IAuthorizer authorizer, EventLog events, TimeProvider time)
{
    /// <summary>All groups; who may not manage people sees those in which they are.</summary>
    public async Task<IReadOnlyList<GroupModel>> ListAsync(Caller caller, CancellationToken ct)
    {
        bool all = await authorizer.HoldsAsync(caller, Privileges.ManageUsers, ObjectRef.Root, ct);
        return await store.ReadAsync(
            async db =>
            {
                var members = (await db.Groups.MembersAsync(ct)).ToLookup(m => m.GroupName, m => m.UserName);
                var groups = await db.Groups.ListAsync(ct);
                return (IReadOnlyList<GroupModel>)[.. groups.Where(g => all || members[g.Name].Contains(caller.User))
                    .Select(g => new GroupModel(g.Name, g.Description, [.. members[g.Name].Order(StringComparer.Ordinal)]))];
            },
            ct);
    }

    /// <summary>One group; NotFound too when the caller may not see it.</summary>
    public async Task<GroupModel> GetAsync(Caller caller, string name, CancellationToken ct) =>
        (await ListAsync(caller, ct)).FirstOrDefault(g => g.Name == name) ?? throw NotFound(name);

    /// <summary>Adds a group without members.</summary>
    public async Task<GroupModel> AddAsync(Caller caller, AddGroupBody body, CancellationToken ct)
    {
        PrincipalNames.Check(body.Name);
        var row = new GroupRow
        {
            Name = body.Name,
            Description = PrincipalNames.Text(body.Description, body.Name),
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        await guard.ChangeAsync(
            caller, AccessTaskKinds.GroupAdd, body.Name, $"add the group {body.Name}",
            async (db, before, actor) =>
            {
                EscalationGuard.Require(caller, actor, before, Privileges.ManageUsers, ObjectRef.Root);
                await PrincipalNames.RequireFreeAsync(db, body.Name, ct);
                db.Groups.Add(row);
                events.Add(db, EventIds.GroupChanged, caller, row.Name, $"{caller.User} added the group {row.Name}.");
            },
            ct);
        return new GroupModel(row.Name, row.Description, []);
    }

    /// <summary>Removes a group with its memberships and permissions.</summary>
    public Task RemoveAsync(Caller caller, string name, CancellationToken ct) => guard.ChangeAsync(
        caller, AccessTaskKinds.GroupRemove, name, $"remove the group {name}",
        async (db, before, actor) =>
        {
            EscalationGuard.Require(caller, actor, before, Privileges.ManageUsers, ObjectRef.Root);
            await RequireGroupAsync(db, name, ct);
            foreach (var (_, user) in before.Members.Where(m => m.Group == name))
            {
                await db.Revisions.RaiseAsync(ObjectKinds.Principal, user, ct);
            }

            await db.Groups.RemoveMembersAsync(name, ct);
            await db.Permissions.RemoveOfAsync(PrincipalKinds.Group, name, ct);
            await db.Groups.RemoveAsync(name, ct);
            events.Add(db, EventIds.GroupChanged, caller, name, $"{caller.User} removed the group {name}.");
        },
        ct);

    /// <summary>Puts a user into a group.</summary>
    public Task AddMemberAsync(Caller caller, string group, string user, CancellationToken ct) => guard.ChangeAsync(
        caller, AccessTaskKinds.MemberAdd, group, $"put {user} into the group {group}",
        async (db, before, actor) =>
        {
            EscalationGuard.Require(caller, actor, before, Privileges.ManageUsers, ObjectRef.Root);
            await RequireGroupAsync(db, group, ct);
            UserService.RequireUser(before, user);
            EscalationGuard.RequireNotMore(caller, actor, before, user);
            if (!before.Members.Contains((group, user)))
            {
                await db.Revisions.RaiseAsync(ObjectKinds.Principal, user, ct);
                db.Groups.AddMember(group, user);
                events.Add(db, EventIds.GroupChanged, caller, group, $"{caller.User} put {user} into the group {group}.");
            }
        },
        ct);

    /// <summary>Takes a user out of a group.</summary>
    public Task RemoveMemberAsync(Caller caller, string group, string user, CancellationToken ct) => guard.ChangeAsync(
        caller, AccessTaskKinds.MemberRemove, group, $"take {user} out of the group {group}",
        async (db, before, actor) =>
        {
            EscalationGuard.Require(caller, actor, before, Privileges.ManageUsers, ObjectRef.Root);
            await RequireGroupAsync(db, group, ct);
            EscalationGuard.RequireNotMore(caller, actor, before, user);
            if (!await db.Groups.RemoveMemberAsync(group, user, ct))
            {
                throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.memberNotFound", user,
                    $"{user} is not in the group {group}.", "See `lorica group ls`."));
            }

            await db.Revisions.RaiseAsync(ObjectKinds.Principal, user, ct);
            events.Add(db, EventIds.GroupChanged, caller, group, $"{caller.User} took {user} out of the group {group}.");
        },
        ct);

    /// <summary>NotFound when there is no such group.</summary>
    internal static async Task RequireGroupAsync(CenterDb db, string name, CancellationToken ct)
    {
        if (!await db.Groups.ExistsAsync(name, ct))
        {
            throw NotFound(name);
        }
    }

    private static FaultException NotFound(string name) => new(new Fault(FaultTypes.NotFound, "lorica.groupNotFound", name,
        $"There is no group {name}.", "See `lorica group ls`."));
}
