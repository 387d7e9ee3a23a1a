using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Keys;

/// <summary>How records follow the files once a job has ended.</summary>
public sealed partial class KeyRegister
{
    /// <summary>
    /// Takes a key that the VM has already, for objects that a broken-off encryption did not reach: records are made, or taken
    /// back from retirement.
    /// </summary>
    internal Task AdoptAsync(
        TaskRow task, VmRow vm, ExpectedKey key, IReadOnlyList<RecordedObject> objects, CancellationToken ct) =>
        store.WriteAsync(db => ClaimAsync(db, task.Id, vm.Id, key, objects, ct), ct);

    /// <summary>
    /// Brings the records of a VM in line with its files after a job of ours ended (well or not): what is encrypted has its one
    /// record in use, every other record is retired. A file that names a key without a record changes nothing: it is suspect. A
    /// plain file ends its record only after a decryption that the host ended well (<paramref name="mayWeaken"/>): of any other
    /// plain file nobody knows who made it so. While the files say that a job is not finished, its new key may be the only one
    /// that finishes it, and the old one the only one that takes it back: no record of either is retired.
    /// </summary>
    /// <returns>Keys that no object of the VM uses any more.</returns>
    internal async Task<List<ExpectedKey>> SettleAsync(
        CenterDb db, VmFiles files, bool mayWeaken, string user, string vmName, CancellationToken ct)
    {
        if (files.Suspect is not null || files.Disks.Any(d => d.Suspect is not null))
        {
            return [];
        }

        var rows = await db.Raw.KeyRecords.Where(
            r => r.VmId == files.VmId && r.State != KeyRecordStates.Retired && r.State != KeyRecordStates.Known).ToListAsync(ct);
        var current = new List<(KeyRecordRow Row, long Generation)>();
        var ended = new List<KeyRecordRow>();
        bool pending = files.PendingJob is not null;
        foreach (var records in rows.GroupBy(r => r.ObjectId, StringComparer.Ordinal))
        {
            var (known, encrypted, key, generation) = StateOf(files, records.Key);
            var used = records.FirstOrDefault(
                r => encrypted && key is not null && r.Provider == key.Provider && r.KeyId == key.KeyId);
            if (encrypted && used is null)
            {
                continue;
            }

            if (used is not null)
            {
                current.Add((used, generation));
            }

            foreach (var row in records.Where(r => r != used && (!r.InUse || used is not null || (known && mayWeaken))))
            {
                if (!pending)
                {
                    ended.Add(row);
                }
                else if (used is not null)
                {
                    row.InUse = false;
                }
            }
        }

        // The index allows one record in use per object: the old one steps down before the new one steps up.
        var unused = Unused(rows, ended);
        await RetireAsync(db, ended, user, vmName, ct);
        foreach (var (row, generation) in current)
        {
            (row.InUse, row.WasState, row.WasVmId) = (true, "", "");
            row.Generation = Math.Max(row.Generation, generation);
        }

        await db.Raw.SaveChangesAsync(ct);
        return unused;
    }

    /// <summary>
    /// Settles what a task left behind that ended without a look at the files. Only when no task
    /// is under way and none began since
    /// <paramref name="vm"/> was read, which must be before <paramref name="files"/> were described. Never weakens a record.
    /// </summary>
    /// <returns>Keys that no object of the VM uses any more; null when nothing was left.</returns>
    internal async Task<List<ExpectedKey>?> SettleLeftAsync(
        VmRow vm, VmFiles files, IEnumerable<KeyRecordRow> records, CancellationToken ct)
    {
        if (!records.Any(r => !r.InUse))
        {
            return null;
        }

        return await store.WriteAsync(
            async db =>
            {
                bool still = await db.Raw.Vms.AnyAsync(v => v.Id == vm.Id && v.Epoch == vm.Epoch, ct)
                    && !await db.Raw.Tasks.AnyAsync(
                        t => t.VmId == vm.Id && (t.State == TaskStates.Queued || t.State == TaskStates.Running), ct);
                return still ? await SettleAsync(db, files, mayWeaken: false, Caller.System.User, vm.Name, ct) : [];
            },
            ct);
    }

    /// <summary>Retires every record of a VM that is gone.</summary>
    internal async Task<List<ExpectedKey>> RetireAllAsync(
        CenterDb db, string vmId, string user, string vmName, CancellationToken ct)
    {
        var rows = await db.Raw.KeyRecords
            .Where(r => r.VmId == vmId && r.State != KeyRecordStates.Retired && r.State != KeyRecordStates.Known).ToListAsync(ct);
        var unused = Unused(rows, rows);
        await RetireAsync(db, rows, user, vmName, ct);
        return unused;
    }

    /// <summary>Retires the records of a task whose key was never used.</summary>
    internal async Task AbandonAsync(CenterDb db, string taskId, string user, string vmName, CancellationToken ct)
    {
        var rows = await db.Raw.KeyRecords
            .Where(r => r.TaskId == taskId && r.State != KeyRecordStates.Retired && r.State != KeyRecordStates.Known && !r.InUse)
            .ToListAsync(ct);
        await RetireAsync(db, rows, user, vmName, ct);
    }

    /// <summary>The records that the host is told: what is encrypted now.</summary>
    internal static IReadOnlyList<RecordedKey> Recorded(IEnumerable<KeyRecordRow> records) =>
    [
        .. records.Where(r => r.InUse).Select(r => new RecordedKey(
            r.ObjectId, r.Kind == "vm", new ExpectedKey(r.Provider, r.KeyId, r.Kcv), r.Generation)),
    ];

    /// <summary>Keys of which no record is left once <paramref name="ended"/> have.</summary>
    private static List<ExpectedKey> Unused(List<KeyRecordRow> rows, List<KeyRecordRow> ended) =>
        [.. rows.GroupBy(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).Where(g => g.All(ended.Contains)).Select(g => g.Key)];

    private static (bool Known, bool Encrypted, KeyName? Key, long Generation) StateOf(VmFiles files, string objectId)
    {
        if (objectId == files.VmId)
        {
            return (true, files.Encrypted, files.Key, files.Generation);
        }

        var disk = files.Disks.FirstOrDefault(d => d.ObjectId == objectId);
        return disk is null ? (false, false, null, 0) : (true, disk.Encrypted, disk.Key, disk.Generation);
    }
}
