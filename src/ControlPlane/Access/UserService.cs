using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary>Users and their passwords.</summary>
public sealed class UserService(
    CenterStore store, EscalationGuard guard, TaskStore tasks, SignInService signIn, IAuthorizer authorizer,
    EventLog events, TimeProvider time)
{
    /// <summary>All users; who may not manage them sees themselves.</summary>
    public async Task<IReadOnlyList<UserModel>> ListAsync(Caller caller, CancellationToken ct)
    {
        bool all = await authorizer.HoldsAsync(caller, Privileges.ManageUsers, ObjectRef.Root, ct);
        return await store.ReadAsync(
            async db =>
            {
                var groups = (await db.Groups.MembersAsync(ct)).ToLookup(m => m.UserName, m => m.GroupName);
                var users = await db.Users.ListAsync(all ? null : caller.User, ct);
                return (IReadOnlyList<UserModel>)[.. users.Select(u => new UserModel(
                    u.Name, [.. groups[u.Name].Order(StringComparer.Ordinal)],
                    DateTimeOffset.FromUnixTimeMilliseconds(u.CreatedAt)))];
            },
            ct);
    }

    /// <summary>One user; NotFound too when the caller may not see them.</summary>
    public async Task<UserModel> GetAsync(Caller caller, string name, CancellationToken ct) =>
        (await ListAsync(caller, ct)).FirstOrDefault(u => u.Name == name) ?? throw NotFound(name);

    /// <summary>Adds a user; they hold nothing yet.</summary>
    public async Task<UserModel> AddAsync(Caller caller, AddUserBody body, CancellationToken ct)
    {
        RequireSession(caller);
        await authorizer.RequireAsync(caller, Privileges.ManageUsers, ObjectRef.Root, ct);
        PrincipalNames.Check(body.Name);
        var row = new UserRow
        {
            Name = body.Name,
            PasswordHash = await Passwords.HashAsync(body.Name, body.Password, ct),
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        await guard.ChangeAsync(
            caller, AccessTaskKinds.UserAdd, body.Name, $"add the user {body.Name}",
            async (db, before, actor) =>
            {
                EscalationGuard.Require(caller, actor, before, Privileges.ManageUsers, ObjectRef.Root);
                await PrincipalNames.RequireFreeAsync(db, body.Name, ct);
                db.Users.Add(row);
                events.Add(db, EventIds.UserAdded, caller, row.Name, $"{caller.User} added the user {row.Name}.");
            },
            ct);
        return new UserModel(row.Name, [], DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt));
    }

    /// <summary>Removes a user with their sessions, tokens, memberships and permissions.</summary>
    public Task RemoveAsync(Caller caller, string name, CancellationToken ct) => guard.ChangeAsync(
        caller, AccessTaskKinds.UserRemove, name, $"remove the user {name}",
        async (db, before, actor) =>
        {
            EscalationGuard.Require(caller, actor, before, Privileges.ManageUsers, ObjectRef.Root);
            RequireUser(before, name);
            EscalationGuard.RequireNotMore(caller, actor, before, name);
            await db.Sessions.RemoveOfUserAsync(name, ct);
            await db.Tokens.RemoveOfUserAsync(name, ct);
            foreach (var (group, _) in before.Members.Where(m => m.User == name))
            {
                await db.Revisions.RaiseAsync(ObjectKinds.Principal, group, ct);
            }

            await db.Groups.RemoveOfUserAsync(name, ct);
            await db.Permissions.RemoveOfAsync(PrincipalKinds.User, name, ct);
            await db.Users.RemoveAsync(name, ct);
            events.Add(db, EventIds.UserRemoved, caller, name, $"{caller.User} removed the user {name}.");
        },
        ct);

    /// <summary>Gives somebody else a new password; their sessions end.</summary>
    public async Task SetPasswordAsync(Caller caller, string name, string password, CancellationToken ct)
    {
        RequireSession(caller);
        await authorizer.RequireAsync(caller, Privileges.ManageUsers, ObjectRef.Root, ct);
        string hash = await Passwords.HashAsync(name, password, ct);
        await guard.ChangeAsync(
            caller, AccessTaskKinds.SetPassword, name, $"set the password of {name}",
            async (db, before, actor) =>
            {
                EscalationGuard.Require(caller, actor, before, Privileges.ManageUsers, ObjectRef.Root);
                RequireUser(before, name);
                EscalationGuard.RequireNotMore(caller, actor, before, name);
                await WriteAsync(db, caller, name, hash, ct);
            },
            ct);
    }

    /// <summary>Changes the caller's own password; all their sessions end. A wrong old one counts as a failed sign-in.</summary>
    public async Task ChangeOwnPasswordAsync(Caller caller, string old, string password, string address, CancellationToken ct)
    {
        RequireSession(caller);
        await signIn.VerifyAsync(caller.User, old, address, ct);
        string hash = await Passwords.HashAsync(caller.User, password, ct);
        await tasks.WriteAsync(
            AccessTaskKinds.SetPassword, EscalationGuard.About(caller.User), caller,
            async db =>
            {
                await WriteAsync(db, caller, caller.User, hash, ct);
                return true;
            },
            ct);
    }

    /// <summary>A token that leaks must not become more than it is.</summary>
    internal static void RequireSession(Caller caller)
    {
        if (caller.TokenId.Length > 0)
        {
            throw new FaultException(new Fault(FaultTypes.NotSupported, "lorica.sessionNeeded", caller.User,
                "An API token changes no password, and makes no token and no user.",
                "Sign in with the password: `lorica login`."));
        }
    }

    /// <summary>NotFound when there is no such user.</summary>
    internal static void RequireUser(AccessState state, string name)
    {
        if (!state.Users.Contains(name))
        {
            throw NotFound(name);
        }
    }

    private static FaultException NotFound(string name) => new(new Fault(FaultTypes.NotFound, "lorica.userNotFound", name,
        $"There is no user {name}.", "See `lorica user ls`."));

    private async Task WriteAsync(CenterDb db, Caller caller, string name, string hash, CancellationToken ct)
    {
        await db.Users.SetPasswordAsync(name, hash, ct);
        await db.Sessions.RemoveOfUserAsync(name, ct);
        events.Add(
            db, EventIds.PasswordSet, caller, name, $"{caller.User} changed the password of {name}; its sessions ended.");
    }
}
