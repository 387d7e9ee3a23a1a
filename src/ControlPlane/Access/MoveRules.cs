using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Moving an object below another container changes who holds what at it. Whoever moves it must not gain a privilege of
/// encryption by that: what is kept from them where a VM is, they do not get by taking the VM where they hold more. Asked beside
/// the privileges of the move itself. What a container holds needs no look of its own: a permission inside it moves with it, and
/// what comes from above comes through the container, so the check of what propagates from there is the check of all below.
/// </summary>
public sealed class MoveRules(CenterStore store, RefusalAudit refusals, TimeProvider time)
{
    /// <summary>
    /// Returns when the caller gains no Cryptographer privilege at <paramref name="what"/> by moving it below
    /// <paramref name="to"/>.
    /// </summary>
    /// <exception cref="Contracts.Faults.FaultException">NoPermission for the first one that they
    /// would gain, at the object.</exception>
    public async Task RequireAsync(Caller caller, ObjectRef what, ObjectRef to, CancellationToken ct)
    {
        if (await GainedAsync(caller, what, to, ct) is { } gained)
        {
            var refused = AccessFaults.NoPermission(caller, gained, what);
            await refusals.NoteAsync(refused);
            throw refused;
        }
    }

    private Task<string?> GainedAsync(Caller caller, ObjectRef what, ObjectRef to, CancellationToken ct) => store.ReadAsync(
        async db =>
        {
            var access = await CallerAccess.LoadAsync(db, caller, time, ct);
            var now = await AccessPath.OfAsync(db, what, ct);
            var above = await AccessPath.OfAsync(db, to, ct);
            var then = new AccessPath(what.Kind, [what.Id, .. above.Ids]);
            foreach (bool propagated in (bool[])[false, true])
            {
                string? gained = access.Effective(then, propagated).Except(access.Effective(now, propagated))
                    .Where(Privileges.IsCrypto).Order(StringComparer.Ordinal).FirstOrDefault();
                if (gained is not null)
                {
                    return gained;
                }
            }

            return null;
        },
        ct);
}
