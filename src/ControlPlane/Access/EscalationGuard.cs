using System.Collections.Frozen;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Lets a change of who may what happen only when it is no way around the privileges of who makes it. All in one transaction:
/// <code>
/// 1 load who may what           2 change it           3 load it again           4 compare, or roll back
/// </code>
/// What must hold, each with propagation at the object concerned, so that a permission which ends there never spreads:
/// <list type="number">
/// <item>Whoever adds, edits or removes a permission, or puts somebody into a group or out of it, holds everything that the roles
/// of those permissions hold, before and after.</item>
/// <item>Whatever anybody gains or loses anywhere by the change, the caller holds there:
/// taking away what restricts gives too.</item>
/// <item>No object is left that nobody administers: where somebody held every privilege, somebody still does.</item>
/// </list>
/// </summary>
public sealed class EscalationGuard(TaskStore tasks, RefusalAudit refusals, TimeProvider time)
{
    /// <summary>Makes a change, or refuses it with nothing done.</summary>
    /// <param name="caller">Who makes it.</param>
    /// <param name="kind">Kind of its task.</param>
    /// <param name="about">User, group, role or token that it is about.</param>
    /// <param name="what">In words, for the audit event of a refusal.</param>
    /// <param name="change">Changes; is given how things were, and what the caller may.</param>
    /// <param name="ct">The caller went away.</param>
    internal async Task<T> ChangeAsync<T>(
        Caller caller, string kind, string about, string what, Func<CenterDb, AccessState, CallerAccess, Task<T>> change,
        CancellationToken ct)
    {
        try
        {
            return await tasks.WriteAsync(
                kind, About(about), caller, async db =>
                {
                    // Step 1
                    var before = await AccessState.LoadAsync(db, ct);
                    var actor = await CallerAccess.LoadAsync(db, caller, time, ct);

                    // Step 2
                    var result = await change(db, before, actor);
                    await db.SaveAsync(ct);

                    // Steps 3 and 4
                    Compare(caller, actor, before, await AccessState.LoadAsync(db, ct));
                    return result;
                },
                ct);
        }
        catch (FaultException e) when (e.Fault.Type == FaultTypes.NoPermission)
        {
            await refusals.NoteAsync(e, what);
            throw;
        }
    }

    /// <summary>The same without a result.</summary>
    internal Task ChangeAsync(
        Caller caller, string kind, string about, string what, Func<CenterDb, AccessState, CallerAccess, Task> change,
        CancellationToken ct) =>
        ChangeAsync(caller, kind, about, what, async (db, before, actor) =>
        {
            await change(db, before, actor);
            return true;
        }, ct);

    /// <summary>What a task on people is about; it hangs at the root.</summary>
    internal static ObjectRef About(string name) => new(ObjectKinds.Principal, name, name);

    /// <summary>Requires that the caller holds a privilege at an object, as things are in this transaction.</summary>
    internal static void Require(Caller caller, CallerAccess actor, AccessState state, string privilege, ObjectRef target)
    {
        if (!actor.Holds(privilege, state.Path(target)))
        {
            throw AccessFaults.NoPermission(caller, privilege, target);
        }
    }

    /// <summary>Requires that the caller holds each of <paramref name="privileges"/> at an object and below.</summary>
    internal static void RequireAll(
        Caller caller, CallerAccess actor, AccessState state, IEnumerable<string> privileges, ObjectRef target)
    {
        var held = actor.Effective(state.Path(target), propagated: true);
        if (Missing(privileges, held) is { } missing)
        {
            throw AccessFaults.NoPermission(caller, missing, target);
        }
    }

    /// <summary>
    /// Requires that <paramref name="user"/> holds nowhere more than the caller: else their credentials would be a way to more.
    /// </summary>
    internal static void RequireNotMore(Caller caller, CallerAccess actor, AccessState state, string user)
    {
        foreach (var place in state.Places)
        {
            RequireAll(caller, actor, state, state.Effective(user, place, propagated: false), place);
            RequireAll(caller, actor, state, state.Effective(user, place, propagated: true), place);
        }
    }

    private static void Compare(Caller caller, CallerAccess actor, AccessState before, AccessState after)
    {
        var grants = Changed(before, after);
        var members = before.Members.ToHashSet();
        members.SymmetricExceptWith(after.Members);
        if (grants.Count == 0 && members.Count == 0)
        {
            return;
        }

        // Rule 1
        foreach (var state in (AccessState[])[before, after])
        {
            foreach (var grant in state.Grants.Where(
                g => grants.Contains(g) || members.Any(m => g.IsGroup && m.Group == g.Principal)))
            {
                RequireAll(caller, actor, before, state.Role(grant.RoleId), state.Place(grant));
            }
        }

        var places = before.Places.Union(after.Places).ToList();
        RequireDifferences(caller, actor, before, after, Affected(grants, members, before, after), places);
        RequireAdministrators(before, after, places);
    }

    /// <summary>Permissions that came, went, or whose role holds something else now.</summary>
    private static HashSet<Grant> Changed(AccessState before, AccessState after)
    {
        var changed = before.Grants.ToHashSet();
        changed.SymmetricExceptWith(after.Grants);
        changed.UnionWith(before.Grants.Where(g => !before.Role(g.RoleId).SetEquals(after.Role(g.RoleId))));
        return changed;
    }

    private static HashSet<string> Affected(
        HashSet<Grant> grants, HashSet<(string Group, string User)> members, AccessState before, AccessState after)
    {
        var groups = grants.Where(g => g.IsGroup).Select(g => g.Principal).ToHashSet(StringComparer.Ordinal);
        return grants.Where(g => !g.IsGroup).Select(g => g.Principal)
            .Concat(members.Select(m => m.User))
            .Concat(before.Members.Concat(after.Members).Where(m => groups.Contains(m.Group)).Select(m => m.User))
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Rule 2.</summary>
    private static void RequireDifferences(
        Caller caller, CallerAccess actor, AccessState before, AccessState after, HashSet<string> users, List<ObjectRef> places)
    {
        foreach (var (user, place) in users.SelectMany(u => places.Select(p => (u, p))))
        {
            foreach (bool propagated in (bool[])[false, true])
            {
                var (was, now) = (before.Effective(user, place, propagated), after.Effective(user, place, propagated));
                if (!ReferenceEquals(was, now))
                {
                    RequireAll(caller, actor, before, was.Except(now).Concat(now.Except(was)), place);
                }
            }
        }
    }

    /// <summary>Rule 3.</summary>
    private static void RequireAdministrators(AccessState before, AccessState after, List<ObjectRef> places)
    {
        foreach (var place in places)
        {
            if (Administered(before, place) && !Administered(after, place))
            {
                throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.lastAdministrator", place.Name,
                    $"Nobody would be left who holds every privilege at {place.Name}.",
                    "Give somebody else the role Admin there first."));
            }
        }
    }

    private static bool Administered(AccessState state, ObjectRef place) =>
        state.Users.Any(u => state.Effective(u, place, propagated: true).Count == Privileges.All.Count);

    private static string? Missing(IEnumerable<string> privileges, FrozenSet<string> held) =>
        privileges.Where(p => !held.Contains(p)).Order(StringComparer.Ordinal).FirstOrDefault();
}
