using Lorica.Store.Engines;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Revisions of what people edit: numbers that rise over all objects.</summary>
public sealed class RevisionRows
{
    private readonly CenterContext _db;

    internal RevisionRows(CenterContext db) => _db = db;

    /// <summary>Number of the last change of any object; 0 before the first.</summary>
    public async Task<long> LatestAsync(CancellationToken ct) =>
        await _db.Revisions.MaxAsync(r => (long?)r.Number, ct) ?? 0;

    /// <summary>Number of the last change of an object; 0 before the first.</summary>
    public async Task<long> NumberAsync(string objectKind, string objectId, CancellationToken ct) =>
        await _db.Revisions.Where(r => r.ObjectKind == objectKind && r.ObjectId == objectId)
            .Select(r => (long?)r.Number).FirstOrDefaultAsync(ct) ?? 0;

    /// <summary>Gives an object the next number, at once. Within a transaction: its writer is the only one.</summary>
    public Task RaiseAsync(string objectKind, string objectId, CancellationToken ct) => _db.Database.ExecuteSqlAsync(
        $"""
        INSERT INTO revisions (object_kind, object_id, number)
        VALUES ({objectKind}, {objectId}, (SELECT coalesce(max(number), 0) + 1 FROM revisions))
        ON CONFLICT (object_kind, object_id) DO UPDATE SET number = excluded.number
        """,
        ct);
}
