using Lorica.Store.Engines;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Hosts, and those of the configuration as they were last taken over.</summary>
public sealed class HostRows
{
    private readonly CenterContext _db;

    internal HostRows(CenterContext db) => _db = db;

    /// <summary>How many there are, by state of their connection.</summary>
    public Task<Dictionary<string, long>> CountAsync(CancellationToken ct) =>
        _db.Hosts.GroupBy(h => h.State).ToDictionaryAsync(g => g.Key, g => g.LongCount(), ct);
}
