using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>VMs of policies that are applied to many.</summary>
public sealed class PolicyBatchRows
{
    private readonly CenterContext _db;

    internal PolicyBatchRows(CenterContext db) => _db = db;

    /// <summary>Those of a task in their order; tracked in a transaction.</summary>
    public Task<List<PolicyBatchItemRow>> OfTaskAsync(string taskId, CancellationToken ct) =>
        _db.PolicyBatchItems.Where(i => i.TaskId == taskId).OrderBy(i => i.Number).ToListAsync(ct);

    /// <summary>How many of a task there are, by state.</summary>
    public Task<Dictionary<string, int>> CountAsync(string taskId, CancellationToken ct) =>
        _db.PolicyBatchItems.Where(i => i.TaskId == taskId).GroupBy(i => i.State).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct);

    /// <summary>Adds one.</summary>
    public void Add(PolicyBatchItemRow item) => _db.PolicyBatchItems.Add(item);

    /// <summary>Writes one that was read before, at once.</summary>
    public async Task WriteAsync(PolicyBatchItemRow item, CancellationToken ct)
    {
        _db.PolicyBatchItems.Update(item);
        await _db.SaveChangesAsync(ct);
        _db.Entry(item).State = EntityState.Detached;
    }
}
