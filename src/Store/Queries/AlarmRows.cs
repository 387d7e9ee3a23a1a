using Lorica.Store.Engines;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Alarms.</summary>
public sealed class AlarmRows
{
    private readonly CenterContext _db;

    internal AlarmRows(CenterContext db) => _db = db;

    /// <summary>How many are raised, by severity.</summary>
    public Task<Dictionary<string, long>> CountRaisedAsync(CancellationToken ct) =>
        _db.Alarms.Where(a => a.ClearedAt == null)
            .GroupBy(a => a.Severity).ToDictionaryAsync(g => g.Key, g => g.LongCount(), ct);
}
