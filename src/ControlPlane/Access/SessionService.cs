using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Access;

/// <summary>Sessions that are open.</summary>
public sealed class SessionService(CenterStore store, TaskStore tasks, IAuthorizer authorizer, EventLog events, TimeProvider time)
{
    /// <summary>The caller's sessions; everybody's for who may end them.</summary>
    public async Task<IReadOnlyList<OpenSessionModel>> ListAsync(Caller caller, CancellationToken ct)
    {
        bool all = await authorizer.HoldsAsync(caller, Privileges.TerminateSession, ObjectRef.Root, ct);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        long idleSince = now - (long)SignInService.Idle.TotalMilliseconds;
        var rows = await store.ReadAsync(
            db => db.Sessions.OpenAsync(all ? null : caller.User, now, idleSince, ct), ct);
        return [.. rows.Select(s => new OpenSessionModel(
            s.Id, s.UserName, s.Address, DateTimeOffset.FromUnixTimeMilliseconds(s.CreatedAt),
            DateTimeOffset.FromUnixTimeMilliseconds(s.LastUsedAt), DateTimeOffset.FromUnixTimeMilliseconds(s.ExpiresAt)))];
    }

    /// <summary>Ends a session: the caller's own, or with the privilege anybody's.</summary>
    public async Task EndAsync(Caller caller, string id, CancellationToken ct)
    {
        string? owner = id.Length == 0 ? null : await store.ReadAsync(db => db.Sessions.OwnerAsync(id, ct), ct);
        if (owner is null || owner != caller.User)
        {
            await authorizer.RequireAsync(caller, Privileges.TerminateSession, ObjectRef.Root, ct);
        }

        if (owner is null)
        {
            throw new FaultException(new Fault(
                FaultTypes.NotFound, "lorica.sessionNotFound", id, $"There is no session {id}.", "See `lorica session ls`."));
        }

        await tasks.WriteAsync(
            AccessTaskKinds.SessionEnd, EscalationGuard.About(owner), caller,
            async db =>
            {
                await db.Sessions.RemoveAsync(id, ct);
                events.Add(db, EventIds.SessionEnded, caller, owner, $"{caller.User} ended the session {id} of {owner}.");
                return true;
            },
            ct);
    }
}
