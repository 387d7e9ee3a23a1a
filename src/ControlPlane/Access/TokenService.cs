using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// API tokens: what programs sign in with. A token may at most what its owner may at that moment, less what its scope leaves out;
/// it always expires. Everybody makes tokens for themselves only.
/// </summary>
public sealed class TokenService(
    CenterStore store, EscalationGuard guard, TaskStore tasks, IAuthorizer authorizer, EventLog events, TimeProvider time)
{
    /// <summary>Longest life.</summary>
    public static readonly TimeSpan MaximumLife = TimeSpan.FromDays(366);

    private const int MaximumPerUser = 100;

    /// <summary>The caller's tokens; with <paramref name="all"/> everybody's.</summary>
    public async Task<IReadOnlyList<TokenModel>> ListAsync(Caller caller, bool all, CancellationToken ct)
    {
        if (all)
        {
            await authorizer.RequireAsync(caller, Privileges.ManageUsers, ObjectRef.Root, ct);
        }

        return await store.ReadAsync(
            async db =>
            {
                var tree = await TreeState.LoadAsync(db, ct);
                var rows = await db.Tokens.ListAsync(all ? null : caller.User, ct);
                return (IReadOnlyList<TokenModel>)[.. rows.Select(r => ToModel(r, tree))];
            },
            ct);
    }

    /// <summary>Makes a token for the caller; the answer is the only place where it ever stands.</summary>
    public async Task<CreatedTokenModel> CreateAsync(Caller caller, CreateTokenBody body, CancellationToken ct)
    {
        UserService.RequireSession(caller);
        var privileges = body.Privileges is null
            ? null : RoleService.Known(body.Privileges).Distinct(StringComparer.Ordinal).ToList();
        var life = TimeSpan.FromHours(Math.Clamp(body.Hours, 0, 1_000_000));
        if (life <= TimeSpan.Zero || life > MaximumLife)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.tokenLife", caller.User,
                $"A token lives 1 to {(int)MaximumLife.TotalHours} hours.", "Make a new one when it ends."));
        }

        string token = BearerTokens.NewApi();
        var now = time.GetUtcNow();
        return await tasks.WriteAsync(
            AccessTaskKinds.TokenCreate, EscalationGuard.About(caller.User), caller,
            async db =>
            {
                long millis = now.ToUnixTimeMilliseconds();
                await db.Tokens.RemoveExpiredAsync(caller.User, millis, ct);
                if (await db.Tokens.CountAsync(caller.User, ct) >= MaximumPerUser)
                {
                    throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.tooManyTokens", caller.User,
                        $"{caller.User} has {MaximumPerUser} tokens.", "Revoke some: `lorica token ls`."));
                }

                var target = body.Object is null ? (ObjectRef?)null : await ObjectFinder.FindAsync(db, body.Object, ct);
                var row = new TokenRow
                {
                    Id = BearerTokens.NewId(),
                    TokenHash = BearerTokens.Hash(token),
                    UserName = caller.User,
                    Description = PrincipalNames.Text(body.Description, caller.User),
                    Privileges = privileges is null ? null : JsonSerializer.Serialize(privileges, StoreJson.Default.ListString),
                    ObjectKind = target?.Kind,
                    ObjectId = target?.Id,
                    CreatedAt = millis,
                    ExpiresAt = (now + life).ToUnixTimeMilliseconds(),
                };
                db.Tokens.Add(row);
                events.Add(db, EventIds.TokenCreated, caller, row.Id,
                    $"{caller.User} made the API token {row.Id} until {now + life:u}, "
                        + $"for {(privileges is null ? "everything they hold" : string.Join(", ", privileges))} at "
                        + $"{target?.Name ?? "every object"}.");
                return new CreatedTokenModel(ToModel(row, await TreeState.LoadAsync(db, ct)), token);
            },
            ct);
    }

    /// <summary>Revokes a token: the caller's own, or that of somebody who holds no more than they.</summary>
    public Task RevokeAsync(Caller caller, string id, CancellationToken ct) => guard.ChangeAsync(
        caller, AccessTaskKinds.TokenRevoke, id, $"revoke the token {id}",
        async (db, before, actor) =>
        {
            var row = await db.Tokens.FindAsync(id, ct);
            if (row is null || row.UserName != caller.User)
            {
                EscalationGuard.Require(caller, actor, before, Privileges.ManageUsers, ObjectRef.Root);
            }

            if (row is null)
            {
                throw new FaultException(new Fault(
                    FaultTypes.NotFound, "lorica.tokenNotFound", id, $"There is no token {id}.", "See `lorica token ls`."));
            }

            if (row.UserName != caller.User)
            {
                EscalationGuard.RequireNotMore(caller, actor, before, row.UserName);
            }

            db.Tokens.Remove(row);
            events.Add(
                db, EventIds.TokenRevoked, caller, id, $"{caller.User} revoked the API token {id} of {row.UserName}.");
        },
        ct);

    private static TokenModel ToModel(TokenRow t, TreeState tree)
    {
        var target = t.ObjectId is null
            ? (ObjectRef?)null : tree.Find(t.ObjectKind!, t.ObjectId) ?? new ObjectRef(t.ObjectKind!, t.ObjectId, t.ObjectId);
        return new TokenModel(
            t.Id, t.UserName, t.Description,
            t.Privileges is null ? null : JsonSerializer.Deserialize(t.Privileges, StoreJson.Default.ListString),
            target is { } o ? new ObjectModel(o.Kind, o.Id, o.Name) : null,
            DateTimeOffset.FromUnixTimeMilliseconds(t.CreatedAt), DateTimeOffset.FromUnixTimeMilliseconds(t.ExpiresAt),
            t.LastUsedAt > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(t.LastUsedAt) : null);
    }
}
