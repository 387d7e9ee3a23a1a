using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Lifecycle;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Records of objects that leave the inventory and come back.
/// <code>
/// usable, in use ──unregister, detach──► known ──register, attach: key checked at the KMS──► usable ──file verified──► in use
///                                          ▲                                                   │
///                                          └──────────── withdrawn: the file did not verify ───┘   (never known: deleted)
/// </code>
/// A known record is delivered nowhere. Only the privileged act of registering or attaching makes it usable, for one host, and
/// only a file that opened with its key makes it stay.
/// </summary>
public sealed partial class KeyRegister
{
    /// <summary>Fetches a key at its KMS and compares its check value; nothing leaves the broker.</summary>
    /// <exception cref="FaultException">The key is out of reach, or another one.</exception>
    internal async Task CheckAsync(KeyOrder key, string about, CancellationToken ct)
    {
        var status = await broker.CallAsync(
            (b, o) => b.CheckKeyAsync(new CheckKeyRequest { Key = key.ToRef(), ExpectedKcv = key.Kcv }, o), ct);
        var reason = status.Fault is { } fault ? FaultCodec.FromMessage(fault)
            : status.Kcv != key.Kcv ? new KeyReason(key.Provider, key.KeyId, KeyReasons.WrongKey,
                $"The KMS holds a key with check value {status.Kcv}; the file names {key.Kcv}.")
            : null;
        if (reason is not null)
        {
            throw new FaultException(KeyFaults.Missing(about, [reason]));
        }
    }

    /// <summary>Makes the planned records usable for a VM, in the transaction that begins the task.</summary>
    internal async Task PlanAsync(CenterDb db, string taskId, string vmId, IReadOnlyList<RecordPlan> plans, CancellationToken ct)
    {
        foreach (var plan in plans)
        {
            var row = await FindAsync(db, plan, ct);
            if (row is null)
            {
                db.KeyRecords.Add(new KeyRecordRow
                {
                    ObjectId = plan.ObjectId, Kind = plan.IsHome ? "vm" : "disk", VmId = vmId,
                    Provider = plan.Provider, KeyId = plan.KeyId,
                    Kcv = plan.Kcv, State = KeyRecordStates.Usable, TaskId = taskId,
                    CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                });
                continue;
            }

            if (row.InUse)
            {
                throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.objectRegistered", plan.ObjectId,
                    $"The object {plan.ObjectId} is registered already.", "Unregister or detach it there first."));
            }

            row.State = KeyRecordStates.Usable;
            row.VmId = vmId;
            row.TaskId = taskId;
            row.Kcv = plan.Kcv;
        }
    }

    /// <summary>Nothing came of it: what was known is known again, what was not is gone.</summary>
    /// <returns>Keys that the host needs no more.</returns>
    internal async Task<List<KeyOrder>> WithdrawAsync(CenterDb db, IReadOnlyList<RecordPlan> plans, CancellationToken ct)
    {
        foreach (var plan in plans)
        {
            if (await FindAsync(db, plan, ct) is not { InUse: false } row)
            {
                continue;
            }

            if (row.Generation == 0 && !plan.WasKnown)
            {
                db.KeyRecords.Remove(row);
            }
            else
            {
                row.State = plan.WasKnown ? KeyRecordStates.Known : KeyRecordStates.Retired;
            }
        }

        return [.. plans.Select(p => p.Key).Distinct()];
    }

    /// <summary>The objects leave the inventory: their records in use become known, all others retire.</summary>
    /// <returns>Keys that they had.</returns>
    internal async Task<List<KeyOrder>> LeaveAsync(CenterDb db, string vmId, Func<KeyRecordRow, bool> which, CancellationToken ct)
    {
        var rows = await db.KeyRecords
            .Where(r => r.VmId == vmId && r.State != KeyRecordStates.Retired && r.State != KeyRecordStates.Known).ToListAsync(ct);
        rows = [.. rows.Where(which)];
        foreach (var row in rows)
        {
            row.State = row.InUse ? KeyRecordStates.Known : KeyRecordStates.Retired;
            row.InUse = false;
        }

        return [.. rows.Select(r => new KeyOrder(r.Provider, r.KeyId, r.Kcv)).Distinct()];
    }

    /// <summary>After a VM came back: what was known of these objects under other keys is history.</summary>
    internal static Task ForgetKnownAsync(CenterDb db, IReadOnlyList<string> objects, CancellationToken ct) =>
        db.KeyRecords.Where(r => objects.Contains(r.ObjectId) && r.State == KeyRecordStates.Known)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, KeyRecordStates.Retired), ct);

    private static Task<KeyRecordRow?> FindAsync(
        CenterDb db, RecordPlan plan, CancellationToken ct) => db.KeyRecords.FirstOrDefaultAsync(
        r => r.ObjectId == plan.ObjectId && r.Provider == plan.Provider && r.KeyId == plan.KeyId, ct);
}
