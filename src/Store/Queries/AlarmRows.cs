using Lorica.Store.Engines;
using Lorica.Store.Rows;
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
            .GroupBy(a => a.Severity).Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct);

    /// <summary>Where an alarm is raised; tracked in a transaction.</summary>
    public Task<List<AlarmRow>> RaisedAsync(string alarm, CancellationToken ct) =>
        _db.Alarms.Where(a => a.Alarm == alarm && a.ClearedAt == null).ToListAsync(ct);

    /// <summary>Whether an alarm is raised at an object.</summary>
    public Task<bool> IsRaisedAsync(string alarm, string objectId, CancellationToken ct) =>
        _db.Alarms.AnyAsync(a => a.Alarm == alarm && a.ObjectId == objectId && a.ClearedAt == null, ct);

    /// <summary>VMs on a host at which an alarm is raised.</summary>
    public Task<List<string>> VmsOnHostAsync(string alarm, string hostId, CancellationToken ct) => (
        from a in _db.Alarms
        join v in _db.Vms on a.ObjectId equals v.Id
        where a.Alarm == alarm && a.ClearedAt == null && v.HostId == hostId
        select v.Id).ToListAsync(ct);
}
