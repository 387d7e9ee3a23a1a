using Lorica.Model;
using Lorica.Store.Engines;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>What changed last; only read, the database writes it by itself.</summary>
public sealed class ChangeRows
{
    private readonly CenterContext _db;

    internal ChangeRows(CenterContext db) => _db = db;

    /// <summary>Number of the last change; 0 before the first.</summary>
    public async Task<long> LatestAsync(CancellationToken ct) => await _db.Changes.MaxAsync(c => (long?)c.Number, ct) ?? 0;

    /// <summary>What was changed after <paramref name="number"/>, the oldest first, at most <paramref name="limit"/>.</summary>
    public Task<List<ObjectChange>> AfterAsync(long number, int limit, CancellationToken ct) =>
        _db.Changes.AsNoTracking().Where(c => c.Number > number).OrderBy(c => c.Number).Take(limit)
            .Select(c => new ObjectChange(c.Number, c.ObjectKind, c.ObjectId)).ToListAsync(ct);
}
