using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Records of objects that leave the inventory and come back.
/// <code>
/// usable, in use ──unregister, detach──► known ──register, attach: key checked at the KMS──► usable ──file verified──► in use
///                                          ▲                                                   │
///                                          └──────────── withdrawn: the file did not verify ───┘   (never known: deleted)
/// </code>
/// A known record is delivered nowhere. Only the privileged act of registering or attaching claims it, for one host, and only a
/// file that opened with its key makes it stay.
/// </summary>
public sealed partial class KeyRegister
{
    /// <summary>Fetches a key at its KMS and compares its check value; nothing leaves the broker.</summary>
    /// <exception cref="FaultException">The key is out of reach, or another one.</exception>
    internal async Task CheckAsync(ExpectedKey key, string about, CancellationToken ct)
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

    /// <summary>Claims a planned record for a VM, in the transaction that begins the task.</summary>
    internal Task PlanAsync(CenterDb db, string taskId, string vmId, RecordPlan plan, CancellationToken ct) =>
        ClaimAsync(db, taskId, vmId, plan.Key, [new RecordedObject(plan.ObjectId, plan.IsHome)], ct);

    /// <summary>The objects leave the inventory: their records in use become known, all others retire.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="vmId">The VM that they are of.</param>
    /// <param name="which">Which of its records.</param>
    /// <param name="leftAt">Where a disk is left; empty for a home, and where nobody knows.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Keys that they had.</returns>
    internal async Task<List<ExpectedKey>> LeaveAsync(
        CenterDb db, string vmId, Func<KeyRecordRow, bool> which, Func<KeyRecordRow, string> leftAt, CancellationToken ct)
    {
        var rows = await db.Raw.KeyRecords
            .Where(r => r.VmId == vmId && r.State != KeyRecordStates.Retired && r.State != KeyRecordStates.Known).ToListAsync(ct);
        rows = [.. rows.Where(which)];
        foreach (var row in rows)
        {
            bool known = row.InUse;
            End(row);
            if (known)
            {
                (row.State, row.LeftAt) = (KeyRecordStates.Known, leftAt(row));
            }
        }

        return [.. rows.Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).Distinct()];
    }

    /// <summary>
    /// A host has made these files, or moved them here: what was left at these paths earlier is not there any more.
    /// </summary>
    internal static Task TakenAsync(CenterDb db, VmFiles files, CancellationToken ct)
    {
        List<string> paths = [.. files.Disks.Select(d => d.Path)];
        return db.Raw.KeyRecords.Where(r => r.LeftAt != "" && paths.Contains(r.LeftAt))
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.LeftAt, ""), ct);
    }

    /// <summary>After a VM came back: what was known of these objects under other keys is history.</summary>
    internal static Task ForgetKnownAsync(CenterDb db, IReadOnlyList<string> objects, CancellationToken ct) =>
        db.Raw.KeyRecords.Where(r => objects.Contains(r.ObjectId) && r.State == KeyRecordStates.Known)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, KeyRecordStates.Retired), ct);
}
