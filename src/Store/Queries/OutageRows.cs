using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>What outages of keys have led to.</summary>
public sealed class OutageRows
{
    private readonly CenterContext _db;

    internal OutageRows(CenterContext db) => _db = db;

    /// <summary>All of them; tracked in a transaction.</summary>
    public Task<List<OutageActRow>> ListAsync(CancellationToken ct) => _db.OutageActs.ToListAsync(ct);

    /// <summary>Adds one.</summary>
    public void Add(OutageActRow act) => _db.OutageActs.Add(act);

    /// <summary>Removes that of a VM, at once.</summary>
    public Task RemoveAsync(string vmId, CancellationToken ct) =>
        _db.OutageActs.Where(a => a.VmId == vmId).ExecuteDeleteAsync(ct);
}
