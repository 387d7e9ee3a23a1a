using Lorica.Model;
using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Key records. Those that are pending or usable are live, in use or not.</summary>
public sealed class KeyRecordRows
{
    private readonly CenterContext _db;

    internal KeyRecordRows(CenterContext db) => _db = db;

    private IQueryable<KeyRecordRow> Usable => _db.KeyRecords.Where(r => r.State == KeyRecordStates.Usable);

    private IQueryable<KeyRecordRow> Live =>
        _db.KeyRecords.Where(r => r.State == KeyRecordStates.Usable || r.State == KeyRecordStates.Pending);

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
        OfKey(provider, keyId).Where(r => r.Kcv != "").Select(r => r.Kcv).Distinct().ToListAsync(ct);

    /// <summary>The highest generation of each object of a VM, whatever became of its record.</summary>
    public Task<Dictionary<string, long>> GenerationsAsync(string vmId, CancellationToken ct) =>
        _db.KeyRecords.Where(r => r.VmId == vmId).GroupBy(r => r.ObjectId)
            .Select(g => new { g.Key, Generation = g.Max(r => r.Generation) })
            .ToDictionaryAsync(g => g.Key, g => g.Generation, ct);

    /// <summary>Whether a VM has a usable or a pending one.</summary>
    public Task<bool> AnyLiveOfAsync(string vmId, CancellationToken ct) =>
        Live.AnyAsync(r => r.VmId == vmId, ct);

    /// <summary>The record of an object under a key; tracked in a transaction.</summary>
    public Task<KeyRecordRow?> FindAsync(string objectId, string provider, string keyId, CancellationToken ct) =>
        _db.KeyRecords.FirstOrDefaultAsync(r => r.ObjectId == objectId && r.Provider == provider && r.KeyId == keyId, ct);

    /// <summary>The live record of a key that a task made at a provider for one of these objects.</summary>
    public Task<KeyRecordRow?> MadeByAsync(
        string taskId, string provider, IReadOnlyCollection<string> objects, CancellationToken ct) =>
        Live.FirstOrDefaultAsync(r => r.TaskId == taskId && r.Provider == provider && objects.Contains(r.ObjectId), ct);

    /// <summary>A live record of another VM that names one of these objects; not tracked.</summary>
    public Task<KeyRecordRow?> LiveElsewhereAsync(string vmId, IReadOnlyCollection<string> objects, CancellationToken ct) =>
        Live.AsNoTracking().FirstOrDefaultAsync(r => objects.Contains(r.ObjectId) && r.VmId != vmId, ct);

    /// <summary>The live records of a VM; tracked in a transaction.</summary>
    public Task<List<KeyRecordRow>> LiveOfVmAsync(string vmId, CancellationToken ct) =>
        Live.Where(r => r.VmId == vmId).ToListAsync(ct);

    /// <summary>The live records of a task that are not in use; tracked in a transaction.</summary>
    public Task<List<KeyRecordRow>> UnusedOfTaskAsync(string taskId, CancellationToken ct) =>
        Live.Where(r => r.TaskId == taskId && !r.InUse).ToListAsync(ct);

    /// <summary>The usable records of a task that are not in use: what it claimed; tracked in a transaction.</summary>
    public Task<List<KeyRecordRow>> ClaimedByAsync(string taskId, CancellationToken ct) =>
        _db.KeyRecords.Where(r => r.TaskId == taskId && !r.InUse && r.State == KeyRecordStates.Usable).ToListAsync(ct);

    /// <summary>The record of the host key that is in use.</summary>
    public Task<KeyRecordRow?> OfHostInUseAsync(string hostId, CancellationToken ct) =>
        OfHost(hostId).FirstOrDefaultAsync(r => r.InUse, ct);

    /// <summary>The records of host keys of a host that are not retired; tracked in a transaction.</summary>
    public Task<List<KeyRecordRow>> OfHostAsync(string hostId, CancellationToken ct) =>
        OfHost(hostId).Where(r => r.State != KeyRecordStates.Retired).ToListAsync(ct);

    /// <summary>Keys that the usable ones of the VMs on a host name; not each once.</summary>
    public Task<List<ExpectedKey>> UsableKeysOnHostAsync(string hostId, CancellationToken ct) => (
        from r in Usable
        join v in _db.Vms on r.VmId equals v.Id
        where v.HostId == hostId
        select new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).ToListAsync(ct);

    /// <summary>Usable host keys of a host.</summary>
    public Task<List<ExpectedKey>> UsableHostKeysAsync(string hostId, CancellationToken ct) =>
        OfHost(hostId).Where(r => r.State == KeyRecordStates.Usable)
            .Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).ToListAsync(ct);

    /// <summary>Live uses of keys by VMs of one provider or of all, or of one key; by VM, home before disks.</summary>
    public Task<List<KeyUse>> UsesAsync(string? provider, string? keyId, CancellationToken ct) => (
        from r in Live
        join v in _db.Vms on r.VmId equals v.Id
        join h in _db.Hosts on v.HostId equals h.Id
        where (provider == null || r.Provider == provider) && (keyId == null || r.KeyId == keyId)
        orderby v.Name, r.Kind descending, r.ObjectId
        select new KeyUse(r.Provider, r.KeyId, r.Kcv, r.Kind, r.ObjectId, v.Name, h.Id, h.Name)).ToListAsync(ct);

    /// <summary>Records of what left the inventory and may come back, of a provider; not tracked.</summary>
    public Task<List<KeyRecordRow>> KnownOfProviderAsync(string provider, CancellationToken ct) =>
        _db.KeyRecords.AsNoTracking().Where(r => r.Provider == provider && r.State == KeyRecordStates.Known).ToListAsync(ct);

    /// <summary>The records of a key, whatever their state, but for those of some VMs; not tracked.</summary>
    public Task<List<KeyRecordRow>> OfKeyAsync(
        string provider, string keyId, IReadOnlyCollection<string> exceptVms, CancellationToken ct) =>
        OfKey(provider, keyId).AsNoTracking().Where(r => !exceptVms.Contains(r.VmId)).ToListAsync(ct);

    /// <summary>Whether there is a record of a key, whatever its state.</summary>
    public Task<bool> ExistsAsync(string provider, string keyId, CancellationToken ct) => OfKey(provider, keyId).AnyAsync(ct);

    /// <summary>Whether an object has a key, or a file was under it once.</summary>
    public Task<bool> IsHadAsync(string provider, string keyId, CancellationToken ct) =>
        OfKey(provider, keyId).AnyAsync(r => r.State != KeyRecordStates.Retired || r.Generation > 0, ct);

    /// <summary>Whether something that left the inventory is under a key.</summary>
    public Task<bool> IsKnownAsync(string provider, string keyId, CancellationToken ct) =>
        OfKey(provider, keyId).AnyAsync(r => r.State == KeyRecordStates.Known, ct);

    /// <summary>Whether one of these VMs has a record of a key, whatever its state.</summary>
    public Task<bool> AnyOfVmsAsync(
        string provider, string keyId, IReadOnlyCollection<string> vmIds, CancellationToken ct) =>
        OfKey(provider, keyId).AnyAsync(r => vmIds.Contains(r.VmId), ct);

    /// <summary>Whether one of these VMs has a key in use.</summary>
    public Task<bool> IsInUseByAsync(
        string provider, string keyId, IReadOnlyCollection<string> vmIds, CancellationToken ct) =>
        OfKey(provider, keyId).AnyAsync(r => r.State == KeyRecordStates.Usable && r.InUse && vmIds.Contains(r.VmId), ct);

    /// <summary>Keys with these ids, at whichever provider, of which there are records; each once.</summary>
    public Task<List<KeyName>> NamesAsync(IReadOnlyCollection<string> keyIds, CancellationToken ct) =>
        _db.KeyRecords.Where(r => keyIds.Contains(r.KeyId)).Select(r => new { r.Provider, r.KeyId }).Distinct()
            .Select(k => new KeyName(k.Provider, k.KeyId)).ToListAsync(ct);

    /// <summary>Adds a record.</summary>
    public void Add(KeyRecordRow row) => _db.KeyRecords.Add(row);

    /// <summary>Removes a tracked record.</summary>
    public void Remove(KeyRecordRow row) => _db.KeyRecords.Remove(row);

    /// <summary>A pending key that a task made is usable from here on; at once.</summary>
    public Task SetUsableAsync(string taskId, string provider, string keyId, string kcv, CancellationToken ct) =>
        OfKey(provider, keyId).Where(r => r.TaskId == taskId && r.State == KeyRecordStates.Pending).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.State, KeyRecordStates.Usable).SetProperty(r => r.Kcv, kcv), ct);

    /// <summary>What was left at these paths is not there any more; at once.</summary>
    public Task ForgetPlacesAsync(IReadOnlyCollection<string> paths, CancellationToken ct) =>
        _db.KeyRecords.Where(r => r.LeftAt != "" && paths.Contains(r.LeftAt))
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.LeftAt, ""), ct);

    /// <summary>What was known of these objects from before they left is history; at once.</summary>
    public Task RetireKnownAsync(IReadOnlyCollection<string> objects, CancellationToken ct) =>
        _db.KeyRecords.Where(r => objects.Contains(r.ObjectId) && r.State == KeyRecordStates.Known)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, KeyRecordStates.Retired), ct);

    private IQueryable<KeyRecordRow> OfHost(string hostId) =>
        _db.KeyRecords.Where(r => r.ObjectId == hostId && r.Kind == ObjectKinds.Host);

    private IQueryable<KeyRecordRow> OfKey(string provider, string keyId) =>
        _db.KeyRecords.Where(r => r.Provider == provider && r.KeyId == keyId);
}
