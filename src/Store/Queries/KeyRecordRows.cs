using Lorica.Model;
using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Key records.</summary>
public sealed class KeyRecordRows
{
    private readonly CenterContext _db;

    internal KeyRecordRows(CenterContext db) => _db = db;

    private IQueryable<KeyRecordRow> Usable => _db.KeyRecords.Where(r => r.State == KeyRecordStates.Usable);

    /// <summary>Usable ones of a VM; tracked in a transaction.</summary>
    public Task<List<KeyRecordRow>> UsableOfAsync(string vmId, CancellationToken ct) =>
        Usable.Where(r => r.VmId == vmId).ToListAsync(ct);

    /// <summary>Usable ones of some VMs; tracked in a transaction.</summary>
    public Task<List<KeyRecordRow>> UsableOfAsync(IReadOnlyCollection<string> vms, CancellationToken ct) =>
        Usable.Where(r => vms.Contains(r.VmId)).ToListAsync(ct);

    /// <summary>Usable ones of the VMs on a host; tracked in a transaction.</summary>
    public Task<List<KeyRecordRow>> UsableOnHostAsync(string hostId, CancellationToken ct) => (
        from r in Usable
        join v in _db.Vms on r.VmId equals v.Id
        where v.HostId == hostId
        select r).ToListAsync(ct);

    /// <summary>VMs with a key of one of some providers in use, each with each once; with <paramref name="only"/> at most of
    /// that VM.</summary>
    public async Task<List<(string VmId, string Provider)>> NeedsOfAsync(
        IReadOnlyCollection<string> providers, string? only, CancellationToken ct) =>
        [.. (await Usable.Where(r => r.InUse && providers.Contains(r.Provider) && (only == null || r.VmId == only))
            .Select(r => new { r.VmId, r.Provider }).Distinct().ToListAsync(ct)).Select(r => (r.VmId, r.Provider))];

    /// <summary>VMs in which a KMS runs, with the providers of their own usable keys, each with each once.</summary>
    public async Task<List<(string VmId, string Provider)>> NeedsOfGuestsAsync(CancellationToken ct) =>
        [.. (await Usable.Where(r => _db.ProviderGuests.Any(g => g.VmId == r.VmId))
            .Select(r => new { r.VmId, r.Provider }).Distinct().ToListAsync(ct)).Select(r => (r.VmId, r.Provider))];

    /// <summary>Those of a VM, of some objects, or of some keys by their ids; not tracked.</summary>
    public Task<List<KeyRecordRow>> AboutAsync(
        string vmId, IReadOnlyCollection<string> objects, IReadOnlyCollection<string> keyIds, CancellationToken ct) =>
        _db.KeyRecords.AsNoTracking()
            .Where(r => r.VmId == vmId || objects.Contains(r.ObjectId) || keyIds.Contains(r.KeyId)).ToListAsync(ct);

    /// <summary>Those of an object or of a key; not tracked.</summary>
    public Task<List<KeyRecordRow>> AboutAsync(string objectId, string provider, string keyId, CancellationToken ct) =>
        _db.KeyRecords.AsNoTracking()
            .Where(r => r.ObjectId == objectId || (r.Provider == provider && r.KeyId == keyId)).ToListAsync(ct);

    /// <summary>Some by their numbers; tracked in a transaction.</summary>
    public Task<List<KeyRecordRow>> OfNumbersAsync(IReadOnlyCollection<long> numbers, CancellationToken ct) =>
        _db.KeyRecords.Where(r => numbers.Contains(r.Number)).ToListAsync(ct);

    /// <summary>The known one of another object than that whose disk lay at a path when it left; not tracked.</summary>
    public Task<KeyRecordRow?> FindLeftAtAsync(string path, string butObjectId, CancellationToken ct) =>
        _db.KeyRecords.AsNoTracking().FirstOrDefaultAsync(
            r => r.LeftAt == path && r.State == KeyRecordStates.Known && r.ObjectId != butObjectId, ct);

    /// <summary>Check values that a key was recorded with, each once.</summary>
    public Task<List<string>> KcvsAsync(string provider, string keyId, CancellationToken ct) =>
        _db.KeyRecords.Where(r => r.Provider == provider && r.KeyId == keyId && r.Kcv != "")
            .Select(r => r.Kcv).Distinct().ToListAsync(ct);

    /// <summary>The highest generation of each object of a VM, whatever became of its record.</summary>
    public Task<Dictionary<string, long>> GenerationsAsync(string vmId, CancellationToken ct) =>
        _db.KeyRecords.Where(r => r.VmId == vmId).GroupBy(r => r.ObjectId)
            .Select(g => new { g.Key, Generation = g.Max(r => r.Generation) })
            .ToDictionaryAsync(g => g.Key, g => g.Generation, ct);

    /// <summary>Whether a VM has a usable or a pending one.</summary>
    public Task<bool> AnyLiveOfAsync(string vmId, CancellationToken ct) =>
        _db.KeyRecords.AnyAsync(
            r => r.VmId == vmId && (r.State == KeyRecordStates.Usable || r.State == KeyRecordStates.Pending), ct);

    /// <summary>Whether a VM has a key in use.</summary>
    public Task<bool> IsInUseAsync(string vmId, string provider, string keyId, CancellationToken ct) =>
        Usable.AnyAsync(r => r.VmId == vmId && r.Provider == provider && r.KeyId == keyId && r.InUse, ct);
}
