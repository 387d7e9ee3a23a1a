using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>API tokens.</summary>
public sealed class TokenRows
{
    private readonly CenterContext _db;

    internal TokenRows(CenterContext db) => _db = db;

    /// <summary>One token; tracked in a transaction.</summary>
    public Task<TokenRow?> FindAsync(string id, CancellationToken ct) => _db.Tokens.FirstOrDefaultAsync(t => t.Id == id, ct);

    /// <summary>A token of a user that has not expired at <paramref name="now"/>; not tracked.</summary>
    public Task<TokenRow?> FindValidAsync(string id, string user, long now, CancellationToken ct) =>
        _db.Tokens.AsNoTracking().FirstOrDefaultAsync(t => t.Id == id && t.UserName == user && t.ExpiresAt > now, ct);

    /// <summary>The token behind a hash, if it has not expired at <paramref name="now"/>.</summary>
    public Task<TokenRow?> FindValidAsync(string hash, long now, CancellationToken ct) =>
        _db.Tokens.FirstOrDefaultAsync(t => t.TokenHash == hash && t.ExpiresAt > now, ct);

    /// <summary>The tokens of one user or of all, by user and then by age.</summary>
    public Task<List<TokenRow>> ListAsync(string? user, CancellationToken ct) =>
        _db.Tokens.Where(t => user == null || t.UserName == user)
            .OrderBy(t => t.UserName).ThenBy(t => t.CreatedAt).ToListAsync(ct);

    /// <summary>How many tokens a user has.</summary>
    public Task<int> CountAsync(string user, CancellationToken ct) => _db.Tokens.CountAsync(t => t.UserName == user, ct);

    /// <summary>Adds a token.</summary>
    public void Add(TokenRow token) => _db.Tokens.Add(token);

    /// <summary>Removes a tracked token.</summary>
    public void Remove(TokenRow token) => _db.Tokens.Remove(token);

    /// <summary>Notes that a token was used, at once.</summary>
    public Task NoteUseAsync(string id, long now, CancellationToken ct) =>
        _db.Tokens.Where(t => t.Id == id && t.LastUsedAt < now)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.LastUsedAt, now), ct);

    /// <summary>Removes the tokens of a user, at once.</summary>
    public Task RemoveOfUserAsync(string user, CancellationToken ct) =>
        _db.Tokens.Where(t => t.UserName == user).ExecuteDeleteAsync(ct);

    /// <summary>Removes the tokens of a user that have expired, at once.</summary>
    public Task RemoveExpiredAsync(string user, long now, CancellationToken ct) =>
        _db.Tokens.Where(t => t.UserName == user && t.ExpiresAt <= now).ExecuteDeleteAsync(ct);
}
