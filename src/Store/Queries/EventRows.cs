using Lorica.Store.Engines;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Audit events and the head of their chain.</summary>
public sealed class EventRows
{
    private readonly CenterContext _db;

    internal EventRows(CenterContext db) => _db = db;

    /// <summary>Number of the last event; 0 before the first.</summary>
    public Task<long> LastNumberAsync(CancellationToken ct) => _db.EventHead.Select(h => h.Number).SingleAsync(ct);
}
