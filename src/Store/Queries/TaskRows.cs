using Lorica.Model;
using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Tasks.</summary>
public sealed class TaskRows
{
    private readonly CenterContext _db;

    internal TaskRows(CenterContext db) => _db = db;

    private IQueryable<TaskRow> Unfinished =>
        _db.Tasks.Where(t => t.State == TaskStates.Queued || t.State == TaskStates.Running);

    /// <summary>How many have not ended, by state.</summary>
    public Task<Dictionary<string, long>> CountUnfinishedAsync(CancellationToken ct) =>
        Unfinished.GroupBy(t => t.State).ToDictionaryAsync(g => g.Key, g => g.LongCount(), ct);
}
