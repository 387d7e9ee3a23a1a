using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Sessions.</summary>
public sealed class SessionRows
{
    private readonly CenterContext _db;

    internal SessionRows(CenterContext db) => _db = db;

    /// <summary>
    /// The session of a token that has not ended at <paramref name="now"/> and was used after <paramref name="idleSince"/>.
    /// </summary>
    public Task<SessionRow?> FindOpenAsync(string tokenHash, long now, long idleSince, CancellationToken ct) =>
        _db.Sessions.FirstOrDefaultAsync(s => s.TokenHash == tokenHash && s.ExpiresAt > now && s.LastUsedAt > idleSince, ct);

    /// <summary>The sessions of one user or of all that are open, by user and then by age.</summary>
    public Task<List<SessionRow>> OpenAsync(string? user, long now, long idleSince, CancellationToken ct) =>
        _db.Sessions.Where(s => (user == null || s.UserName == user) && s.ExpiresAt > now && s.LastUsedAt > idleSince)
            .OrderBy(s => s.UserName).ThenBy(s => s.CreatedAt).ToListAsync(ct);

    /// <summary>Whose a session is; null when there is none.</summary>
    public Task<string?> OwnerAsync(string id, CancellationToken ct) =>
        _db.Sessions.Where(s => s.Id == id).Select(s => s.UserName).FirstOrDefaultAsync(ct);

    /// <summary>Adds a session.</summary>
    public void Add(SessionRow session) => _db.Sessions.Add(session);

    /// <summary>Notes that a session was used, at once.</summary>
    public Task NoteUseAsync(string tokenHash, long now, CancellationToken ct) =>
        _db.Sessions.Where(s => s.TokenHash == tokenHash && s.LastUsedAt < now)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.LastUsedAt, now), ct);

    /// <summary>Removes the session of a token, at once.</summary>
    public Task RemoveOfTokenAsync(string tokenHash, CancellationToken ct) =>
        _db.Sessions.Where(s => s.TokenHash == tokenHash).ExecuteDeleteAsync(ct);

    /// <summary>Removes a session, at once.</summary>
    public Task RemoveAsync(string id, CancellationToken ct) => _db.Sessions.Where(s => s.Id == id).ExecuteDeleteAsync(ct);

    /// <summary>Removes the sessions of a user, at once.</summary>
    public Task RemoveOfUserAsync(string user, CancellationToken ct) =>
        _db.Sessions.Where(s => s.UserName == user).ExecuteDeleteAsync(ct);

    /// <summary>Removes those that have ended, or were not used after <paramref name="idleSince"/>; at once.</summary>
    public Task RemoveEndedAsync(long now, long idleSince, CancellationToken ct) =>
        _db.Sessions.Where(s => s.ExpiresAt <= now || s.LastUsedAt <= idleSince).ExecuteDeleteAsync(ct);
}
