using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Keys;

/// <summary>How records follow the files once a job has ended, and what hosts say of their keys.</summary>
public sealed partial class KeyRegister
{
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

        var rows = await db.KeyRecords.LiveOfVmAsync(files.VmId, ct);
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

        await db.SaveAsync(ct);
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
                bool still = await db.Vms.IsAtAsync(vm.Id, vm.Epoch, ct) && !await db.Tasks.AnyUnfinishedOfAsync(vm.Id, ct);
                return still ? await SettleAsync(db, files, mayWeaken: false, Caller.System.User, vm.Name, ct) : [];
            },
            ct);
    }

    /// <summary>Retires every record of a VM that is gone.</summary>
    internal async Task<List<ExpectedKey>> RetireAllAsync(
        CenterDb db, string vmId, string user, string vmName, CancellationToken ct)
    {
        var rows = await db.KeyRecords.LiveOfVmAsync(vmId, ct);
        var unused = Unused(rows, rows);
        await RetireAsync(db, rows, user, vmName, ct);
        return unused;
    }

    /// <summary>Retires the records of a task whose key was never used.</summary>
    internal async Task AbandonAsync(CenterDb db, string taskId, string user, string vmName, CancellationToken ct)
    {
        await RetireAsync(db, await db.KeyRecords.UnusedOfTaskAsync(taskId, ct), user, vmName, ct);
    }

    /// <summary>
    /// The key that the host says it has is in use, every other one of it is retired; with null all are. A key without a usable
    /// record of this very host changes nothing.
    /// </summary>
    /// <returns>Keys that the host needs no more.</returns>
    internal async Task<List<ExpectedKey>> SettleHostAsync(
        CenterDb db, HostRow host, KeyName? key, string user, CancellationToken ct)
    {
        var rows = await db.KeyRecords.OfHostAsync(host.Id, ct);
        var used = rows.Find(r => r.State == KeyRecordStates.Usable && r.Provider == key?.Provider && r.KeyId == key?.KeyId);
        if (key is not null && used is null)
        {
            return [];
        }

        foreach (var row in rows.Where(r => r != used))
        {
            row.Generation = row.InUse ? 1 : row.Generation;
        }

        await RetireAsync(db, [.. rows.Where(r => r != used)], user, host.Name, ct);

        // The index allows one record in use per object: the old one stepped down before the new one steps up.
        if (used is not null)
        {
            used.InUse = true;
            await db.SaveAsync(ct);
        }

        return [.. rows.Where(r => r != used && r.Kcv.Length > 0).Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv))];
    }

    /// <summary>The records that the host is told: what is encrypted now.</summary>
    internal static IReadOnlyList<RecordedKey> Recorded(IEnumerable<KeyRecordRow> records) =>
    [
        .. records.Where(r => r.InUse).Select(r => new RecordedKey(
            r.ObjectId, r.Kind == "vm", new ExpectedKey(r.Provider, r.KeyId, r.Kcv), r.Generation)),
    ];

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
            KeyClaims.End(row);
        }

        await db.SaveAsync(ct);
        foreach (var (provider, keyId) in unused)
        {
            if (!await db.KeyRecords.IsHadAsync(provider, keyId, ct) && !await db.Keys.IsGeneratedAsync(provider, keyId, ct))
            {
                events.Add(
                    db, EventIds.OrphanKey, user, vmName, $"Key {provider}/{keyId} was made for {vmName} and is not used.");
            }
        }
    }

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
