using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Creations that may be repeated.</summary>
public sealed class IdempotencyRows
{
    private readonly CenterContext _db;

    internal IdempotencyRows(CenterContext db) => _db = db;

    /// <summary>The creation that a user has under a key; not tracked.</summary>
    public Task<IdempotencyRow?> FindAsync(string user, string key, CancellationToken ct) =>
        _db.IdempotencyKeys.AsNoTracking().FirstOrDefaultAsync(i => i.UserName == user && i.Key == key, ct);

    /// <summary>How many keys a user has.</summary>
    public Task<int> CountAsync(string user, CancellationToken ct) => _db.IdempotencyKeys.CountAsync(i => i.UserName == user, ct);

    /// <summary>Adds a creation.</summary>
    public void Add(IdempotencyRow creation) => _db.IdempotencyKeys.Add(creation);

    /// <summary>Keeps the answer of a creation, at once.</summary>
    public Task SetAnswerAsync(
        string user, string key, int status, string contentType, byte[] body, CancellationToken ct) =>
        _db.IdempotencyKeys.Where(i => i.UserName == user && i.Key == key).ExecuteUpdateAsync(
            s => s.SetProperty(i => i.Status, status).SetProperty(i => i.ContentType, contentType)
                .SetProperty(i => i.Body, body),
            ct);

    /// <summary>Removes a creation that has no answer yet, at once.</summary>
    public Task RemoveUnansweredAsync(string user, string key, CancellationToken ct) =>
        _db.IdempotencyKeys.Where(i => i.UserName == user && i.Key == key && i.Status == 0).ExecuteDeleteAsync(ct);

    /// <summary>Removes creations from before a time, at once.</summary>
    public Task RemoveBeforeAsync(long time, CancellationToken ct) =>
        _db.IdempotencyKeys.Where(i => i.CreatedAt < time).ExecuteDeleteAsync(ct);
}
