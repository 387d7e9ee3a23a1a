using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Moving an object below another container changes who holds what at it, and at everything that it contains. Whoever moves it must
/// not gain a privilege of encryption by that: what is kept from him where a VM is, he does not get by taking the VM, or a folder
/// around it, where he holds more. Asked beside the privileges of the move itself.
/// </summary>
public sealed class MoveRules(CenterStore store, TimeProvider time)
{
    /// <summary>
    /// Returns when the caller gains no Cryptographer privilege at <paramref name="what"/>, nor at anything in it, by moving it
    /// below <paramref name="to"/>.
    /// </summary>
    /// <exception cref="Contracts.Faults.FaultException">NoPermission for the first one that he would gain, at that object.</exception>
    public Task RequireAsync(Caller caller, ObjectRef what, ObjectRef to, CancellationToken ct) => store.ReadAsync(
        async db =>
        {
            var access = await CallerAccess.LoadAsync(db, caller, time, ct);
            var above = await AccessPath.OfAsync(db, to, ct);
            foreach (var moved in await BelowAsync(db, what, ct))
            {
                var now = await AccessPath.OfAsync(db, moved, ct);
                var then = new AccessPath(moved.Kind, [.. now.Ids.TakeWhile(id => id != what.Id), what.Id, .. above.Ids]);
                foreach (var propagated in (bool[])[false, true])
                {
                    var gained = access.Effective(then, propagated).Except(access.Effective(now, propagated))
                        .Where(Privileges.IsCrypto).Order(StringComparer.Ordinal).FirstOrDefault();
                    if (gained is not null)
                    {
                        throw AccessFaults.NoPermission(caller, gained, moved);
                    }
                }
            }

            return true;
        },
        ct);

    /// <summary>The object itself, and when it is a container everything in it at whatever depth.</summary>
    private static async Task<List<ObjectRef>> BelowAsync(CenterDb db, ObjectRef what, CancellationToken ct)
    {
        List<ObjectRef> found = [what];
        List<string> level = [what.Id];
        while (level.Count > 0 && what.Kind is not (ObjectKinds.Vm or ObjectKinds.Host))
        {
            var parents = level;
            found.AddRange((await db.Vms.AsNoTracking().Where(v => parents.Contains(v.ParentId)).OrderBy(v => v.Name).ToListAsync(ct)).Select(ObjectRef.Of));
            found.AddRange((await db.Hosts.AsNoTracking().Where(h => parents.Contains(h.ParentId)).OrderBy(h => h.Name).ToListAsync(ct)).Select(ObjectRef.Of));
            var inside = await db.Containers.AsNoTracking().Where(c => parents.Contains(c.ParentId)).OrderBy(c => c.Name).ToListAsync(ct);
            found.AddRange(inside.Select(ObjectRef.Of));
            level = [.. inside.Select(c => c.Id)];
        }

        return found;
    }
}
