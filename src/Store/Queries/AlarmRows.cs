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

    /// <summary>One alarm; tracked in a transaction.</summary>
    public Task<AlarmRow?> FindAsync(long number, CancellationToken ct) =>
        _db.Alarms.FirstOrDefaultAsync(a => a.Number == number, ct);

    /// <summary>The alarm that is raised about an object; tracked in a transaction.</summary>
    public Task<AlarmRow?> FindRaisedAsync(string alarm, string objectId, CancellationToken ct) =>
        _db.Alarms.FirstOrDefaultAsync(a => a.Alarm == alarm && a.ObjectId == objectId && a.ClearedAt == null, ct);

    /// <summary>The same about several objects.</summary>
    public Task<List<AlarmRow>> FindRaisedAsync(string alarm, IReadOnlyCollection<string> objectIds, CancellationToken ct) =>
        _db.Alarms.Where(a => a.Alarm == alarm && objectIds.Contains(a.ObjectId) && a.ClearedAt == null).ToListAsync(ct);

    /// <summary>Which alarms are raised about an object.</summary>
    public Task<List<string>> RaisedAboutAsync(string objectId, CancellationToken ct) =>
        _db.Alarms.Where(a => a.ObjectId == objectId && a.ClearedAt == null).Select(a => a.Alarm).ToListAsync(ct);

    /// <summary>One page, newest first: <paramref name="limit"/> alarms below a number.</summary>
    /// <param name="before">That number.</param>
    /// <param name="history">Those that are over too.</param>
    /// <param name="about">Id or name of the object; null for all.</param>
    /// <param name="alarm">Which alarm; null for all.</param>
    /// <param name="limit">Most alarms of the page.</param>
    /// <param name="ct">Gives up.</param>
    public Task<List<AlarmRow>> PageAsync(
        long before, bool history, string? about, string? alarm, int limit, CancellationToken ct) =>
        _db.Alarms.Where(a => a.Number < before && (history || a.ClearedAt == null)
                && (about == null || a.ObjectId == about || a.ObjectName == about) && (alarm == null || a.Alarm == alarm))
            .OrderByDescending(a => a.Number).Take(limit).ToListAsync(ct);

    /// <summary>Adds an alarm.</summary>
    public void Add(AlarmRow alarm) => _db.Alarms.Add(alarm);
}
