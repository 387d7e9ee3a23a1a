using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Keys that a request names by their id (create, import, encrypt, recrypt, clone). A name alone brings nobody a key:
/// <code>
/// the VM's own now (clone: its source's)               may be named, whoever else has it: clones share their source's
/// the VM's own earlier                                 may be named, unless it is another's now
/// another VM's, also one that left; a host's           never
/// made ahead with `key generate`, nobody's yet         may be named: that is what it was made for
/// known to the KMS only                                needs Cryptographer.ManageKeys
/// </code>
/// It is asked before the KMS is, and again in the transaction that begins the task, where the named keys are recorded for the
/// objects that get them: from there on they belong to that VM, before its work has done anything.
/// </summary>
internal sealed class NamedKeys(KeyClaims claims, TimeProvider time)
{
    /// <summary>Refuses a key that the caller may not give to an object of these VMs.</summary>
    /// <param name="db">The transaction, or a read.</param>
    /// <param name="caller">Who names it.</param>
    /// <param name="own">The VM that gets it; with a clone its source too.</param>
    /// <param name="key">The key.</param>
    /// <param name="ct">Gives up.</param>
    public async Task RequireAsync(
        CenterDb db, Caller caller, IReadOnlyCollection<string> own, (string Provider, string Id) key, CancellationToken ct)
    {
        if (await db.KeyRecords.IsInUseByAsync(key.Provider, key.Id, own, ct))
        {
            return;
        }

        if (await KeyOwners.OfAsync(db, key.Provider, key.Id, own, ct) is { Count: > 0 } owners)
        {
            throw new FaultException(KeyOwners.InUse(key.Provider, key.Id, owners.Select(o => o.ToString())));
        }

        if (!await db.KeyRecords.AnyOfVmsAsync(key.Provider, key.Id, own, ct)
            && !await db.Keys.IsReadyAsync(key.Provider, key.Id, ct))
        {
            await BeginCheck.RequireAsync(db, caller, Privileges.ManageKeys, ObjectRef.Root, time, ct);
        }
    }

    /// <summary>Records the named keys of a task, in the transaction that begins it.</summary>
    /// <param name="db">That transaction.</param>
    /// <param name="task">The task.</param>
    /// <param name="caller">Who asked.</param>
    /// <param name="vm">The VM whose objects get them.</param>
    /// <param name="groups">Which objects get which; those without an id are made later.</param>
    /// <param name="source">The VM that is cloned; null otherwise.</param>
    /// <param name="ct">Gives up.</param>
    public async Task ClaimAsync(
        CenterDb db, TaskRow task, Caller caller, VmRow vm, IEnumerable<KeyGroup> groups, string? source, CancellationToken ct)
    {
        foreach (var group in groups)
        {
            if (group is not { KeyId: { } id, Kcv: { } kcv })
            {
                continue;
            }

            await RequireAsync(db, caller, source is null ? [vm.Id] : [vm.Id, source], (group.Provider, id), ct);
            if ((await db.KeyRecords.KcvsAsync(group.Provider, id, ct)).Exists(k => k != kcv))
            {
                throw new FaultException(
                    KeyFaults.NotUsable(vm.Name, new KeyReason(group.Provider, id, KeyReasons.WrongKey, "")));
            }

            await claims.ClaimAsync(
                db, task.Id, vm.Id, new ExpectedKey(group.Provider, id, kcv),
                [.. group.Objects.Select(o => new RecordedObject(o, o == vm.Id))], ct);
        }
    }
}
