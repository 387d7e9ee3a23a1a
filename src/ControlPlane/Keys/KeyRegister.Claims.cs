using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

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
public sealed partial class KeyRegister
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
            var row = await db.Raw.KeyRecords.FirstOrDefaultAsync(
                r => r.ObjectId == o.Id && r.Provider == key.Provider && r.KeyId == key.KeyId, ct);
            if (row is null)
            {
                db.Raw.KeyRecords.Add(new KeyRecordRow
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

    /// <summary>Refuses objects that a live record of another VM names.</summary>
    internal static async Task RequireFreeAsync(
        CenterDb db, string vmId, IReadOnlyCollection<string> objects, CancellationToken ct)
    {
        if (await db.Raw.KeyRecords.AsNoTracking().FirstOrDefaultAsync(
            r => objects.Contains(r.ObjectId) && r.VmId != vmId
                && (r.State == KeyRecordStates.Pending || r.State == KeyRecordStates.Usable), ct) is { } other)
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
        var rows = await db.Raw.KeyRecords
            .Where(r => r.TaskId == taskId && !r.InUse && r.State == KeyRecordStates.Usable).ToListAsync(ct);
        foreach (var row in rows)
        {
            if (row.WasState.Length > 0)
            {
                End(row);
            }
            else if (row.Generation == 0)
            {
                db.Raw.KeyRecords.Remove(row);
            }
        }

        return [.. rows.Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).Distinct()];
    }

    /// <summary>
    /// Ends records; a claim is what it was before. A key that no object has or had is an orphan from then on: an event says so.
    /// </summary>
    private async Task RetireAsync(
        CenterDb db, IReadOnlyCollection<KeyRecordRow> rows, string user, string vmName, CancellationToken ct)
    {
        var unused = rows.Where(r => r is { InUse: false, Generation: 0, WasState.Length: 0, State: not KeyRecordStates.Retired })
            .Select(r => (r.Provider, r.KeyId)).Distinct().ToList();
        foreach (var row in rows)
        {
            End(row);
        }

        await db.Raw.SaveChangesAsync(ct);
        foreach (var (provider, keyId) in unused)
        {
            bool has = await db.Raw.KeyRecords.AnyAsync(
                    r => r.Provider == provider && r.KeyId == keyId
                        && (r.State != KeyRecordStates.Retired || r.Generation > 0), ct)
                || await db.Raw.Keys.AnyAsync(k => k.Provider == provider && k.KeyId == keyId && k.Generated, ct);
            if (!has)
            {
                events.Add(
                    db, EventIds.OrphanKey, user, vmName, $"Key {provider}/{keyId} was made for {vmName} and is not used.");
            }
        }
    }

    private static void End(KeyRecordRow row)
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
