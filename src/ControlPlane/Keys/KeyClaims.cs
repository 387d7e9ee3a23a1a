using Lorica.Contracts.Faults;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Claims: the record of an object under a key that is there already, before the object's file is known to be under it.
/// <code>
/// nothing, known, retired ──claim, by a task──► usable ──the file is under it──► in use
///    ▲                                            │
///    └──────── what the record was before ────────┘ nothing came of it: withdrawn, abandoned, settled otherwise
/// </code>
/// A claim is made in a transaction, fails when a live record of another VM names the object, and takes back nothing but what
/// its own task did.
/// </summary>
public sealed class KeyClaims(CenterStore store, TimeProvider time)
{
    /// <summary>Claims <paramref name="key"/> for objects of a VM; what the VM has in use stays as it is.</summary>
    /// <exception cref="FaultException">An object is registered with another VM.</exception>
    internal async Task ClaimAsync(
        CenterDb db, string taskId, string vmId, ExpectedKey key, IReadOnlyCollection<RecordedObject> objects,
        CancellationToken ct)
    {
        await RequireFreeAsync(db, vmId, [.. objects.Select(o => o.Id)], ct);
        foreach (var o in objects)
        {
            var row = await db.KeyRecords.FindAsync(o.Id, key.Provider, key.KeyId, ct);
            if (row is null)
            {
                db.KeyRecords.Add(new KeyRecordRow
                {
                    ObjectId = o.Id, Kind = o.Kind, VmId = vmId, Provider = key.Provider, KeyId = key.KeyId, Kcv = key.Kcv,
                    State = KeyRecordStates.Usable, TaskId = taskId, CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                });
            }
            else if (!row.InUse)
            {
                if (row.State is KeyRecordStates.Known or KeyRecordStates.Retired)
                {
                    (row.WasState, row.WasVmId) = (row.State, row.VmId);
                }

                (row.State, row.VmId, row.TaskId, row.Kcv) = (KeyRecordStates.Usable, vmId, taskId, key.Kcv);
            }
        }
    }

    /// <summary>Claims a planned record for a VM, in the transaction that begins the task.</summary>
    internal Task ClaimAsync(CenterDb db, string taskId, string vmId, RecordPlan plan, CancellationToken ct) =>
        ClaimAsync(db, taskId, vmId, plan.Key, [new RecordedObject(plan.ObjectId, plan.IsHome)], ct);

    /// <summary>
    /// Claims a key that the VM has already, for objects that a broken-off encryption did not reach: records are made, or taken
    /// back from retirement. In a transaction of its own.
    /// </summary>
    internal Task AdoptAsync(
        TaskRow task, VmRow vm, ExpectedKey key, IReadOnlyList<RecordedObject> objects, CancellationToken ct) =>
        store.WriteAsync(db => ClaimAsync(db, task.Id, vm.Id, key, objects, ct), ct);

    /// <summary>Refuses objects that a live record of another VM names.</summary>
    internal static async Task RequireFreeAsync(
        CenterDb db, string vmId, IReadOnlyCollection<string> objects, CancellationToken ct)
    {
        if (await db.KeyRecords.LiveElsewhereAsync(vmId, objects, ct) is { } other)
        {
            throw Registered(other.ObjectId, other.ObjectId, other.VmId);
        }
    }

    /// <summary>The refusal of an object that another VM has.</summary>
    internal static FaultException Registered(string target, string objectId, string vmId) => new(new Fault(
        FaultTypes.AlreadyExists, "lorica.objectRegistered", target,
        (target == objectId ? $"The object {objectId}" : $"{target} is the object {objectId}, which")
            + $" is registered already (VM {vmId}).",
        "Unregister or detach it there first, or clone it."));

    /// <summary>
    /// Nothing came of it: what was known is known again, what was not is gone. Only what this very task claimed.
    /// </summary>
    /// <returns>Keys that the host may need no more.</returns>
    internal static async Task<List<ExpectedKey>> WithdrawAsync(CenterDb db, string taskId, CancellationToken ct)
    {
        var rows = await db.KeyRecords.ClaimedByAsync(taskId, ct);
        foreach (var row in rows)
        {
            if (row.WasState.Length > 0)
            {
                End(row);
            }
            else if (row.Generation == 0)
            {
                db.KeyRecords.Remove(row);
            }
        }

        return [.. rows.Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).Distinct()];
    }

    /// <summary>Ends a record: it is retired, or what it was before it was claimed.</summary>
    internal static void End(KeyRecordRow row)
    {
        row.InUse = false;
        row.State = KeyRecordStates.Retired;
        if (row.WasState.Length > 0)
        {
            (row.State, row.VmId) = (row.WasState, row.WasVmId);
            (row.WasState, row.WasVmId) = ("", "");
        }
    }
}
