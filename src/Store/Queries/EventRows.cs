using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Audit events and the head of their chain.</summary>
public sealed class EventRows
{
    private readonly CenterContext _db;

    internal EventRows(CenterContext db) => _db = db;

    /// <summary>Appends an event; it gets its number and its hash when the transaction ends.</summary>
    public void Add(EventRow entry) => _db.Events.Add(entry);

    /// <summary>One page, ascending: the events after a number, or the last ones.</summary>
    public async Task<List<EventRow>> PageAsync(EventQuery query, CancellationToken ct)
    {
        int limit = Math.Clamp(query.Limit, 1, EventQuery.MaximumLimit);
        if (query.After is { } number)
        {
            return await Matching(query).Where(e => e.Number > number).OrderBy(e => e.Number).Take(limit).ToListAsync(ct);
        }

        var last = await Matching(query).OrderByDescending(e => e.Number).Take(limit).ToListAsync(ct);
        last.Reverse();
        return last;
    }

    /// <summary>The head of the chain.</summary>
    public Task<EventHeadRow> HeadAsync(CancellationToken ct) => _db.EventHead.SingleAsync(ct);

    private IQueryable<EventRow> Matching(EventQuery q)
    {
        IQueryable<EventRow> rows = _db.Events;
        rows = q.Id is [.. var start, '*'] ? rows.Where(e => e.EventId.StartsWith(start))
            : q.Id is { } id ? rows.Where(e => e.EventId == id) : rows;
        rows = q.Object is { } o ? rows.Where(e => e.ObjectId == o || e.Target == o) : rows;
        rows = q.User is { } user ? rows.Where(e => e.UserName == user) : rows;
        rows = q.Outcome is { } outcome ? rows.Where(e => e.Outcome == outcome) : rows;
        if (q.Since is { } since)
        {
            long from = since.ToUnixTimeMilliseconds();
            rows = rows.Where(e => e.Time >= from);
        }

        if (q.Until is { } until)
        {
            long to = until.ToUnixTimeMilliseconds();
            rows = rows.Where(e => e.Time < to);
        }

        return rows;
    }
}
