using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>VMs that were unregistered.</summary>
public sealed class KnownVmRows
{
    private readonly CenterContext _db;

    internal KnownVmRows(CenterContext db) => _db = db;

    /// <summary>One of them; not tracked.</summary>
    public Task<KnownVmRow?> FindAsync(string vmId, CancellationToken ct) =>
        _db.KnownVms.AsNoTracking().FirstOrDefaultAsync(k => k.VmId == vmId, ct);

    /// <summary>Which of some left that host and have not come back, with their epochs.</summary>
    public async Task<List<(string Id, long Epoch)>> LeftAsync(
        IReadOnlyCollection<string> ids, string hostId, CancellationToken ct) =>
        [.. (await _db.KnownVms
            .Where(k => ids.Contains(k.VmId) && k.HostId == hostId && !_db.Vms.Any(v => v.Id == k.VmId))
            .Select(k => new { k.VmId, k.Epoch }).ToListAsync(ct)).Select(k => (k.VmId, k.Epoch))];

    /// <summary>Adds one.</summary>
    public void Add(KnownVmRow vm) => _db.KnownVms.Add(vm);

    /// <summary>Removes one, at once.</summary>
    public Task RemoveAsync(string vmId, CancellationToken ct) =>
        _db.KnownVms.Where(k => k.VmId == vmId).ExecuteDeleteAsync(ct);

    /// <summary>Names by VM id, of those that were unregistered.</summary>
    public Task<Dictionary<string, string>> NamesAsync(IReadOnlyCollection<string> vmIds, CancellationToken ct) =>
        _db.KnownVms.Where(k => vmIds.Contains(k.VmId)).ToDictionaryAsync(k => k.VmId, k => k.Name, ct);
}
