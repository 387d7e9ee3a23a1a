using Lorica.Store.Engines;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>VMs.</summary>
public sealed class VmRows
{
    private readonly CenterContext _db;

    internal VmRows(CenterContext db) => _db = db;

    /// <summary>How many there are, by whether they are locked.</summary>
    public Task<Dictionary<string, long>> CountAsync(CancellationToken ct) =>
        _db.Vms.GroupBy(v => v.CryptoState).ToDictionaryAsync(g => g.Key, g => g.LongCount(), ct);
}
