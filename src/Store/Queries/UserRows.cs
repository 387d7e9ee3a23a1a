using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Users, their sessions and API tokens.</summary>
public sealed class UserRows
{
    private readonly CenterContext _db;

    internal UserRows(CenterContext db) => _db = db;

    /// <summary>Whether there is one.</summary>
    public Task<bool> AnyAsync(CancellationToken ct) => _db.Users.AnyAsync(ct);

    /// <summary>One user; tracked in a transaction.</summary>
    public Task<UserRow?> FindAsync(string name, CancellationToken ct) =>
        _db.Users.FirstOrDefaultAsync(u => u.Name == name, ct);

    /// <summary>Whether there is a user of this very name.</summary>
    public Task<bool> ExistsAsync(string name, CancellationToken ct) => _db.Users.AnyAsync(u => u.Name == name, ct);

    /// <summary>Whether a user has the name, in whatever case.</summary>
    public Task<bool> IsTakenAsync(string name, CancellationToken ct)
    {
        string lower = name.ToLowerInvariant();
#pragma warning disable CA1862, RCS1155, MA0011 // Translated to SQL.
        return _db.Users.AnyAsync(u => u.Name.ToLower() == lower, ct);
#pragma warning restore CA1862, RCS1155, MA0011
    }

    /// <summary>Names of all users.</summary>
    public Task<List<string>> NamesAsync(CancellationToken ct) => _db.Users.Select(u => u.Name).ToListAsync(ct);

    /// <summary>All users by name, or with <paramref name="only"/> that one.</summary>
    public Task<List<UserRow>> ListAsync(string? only, CancellationToken ct) =>
        _db.Users.Where(u => only == null || u.Name == only).OrderBy(u => u.Name).ToListAsync(ct);

    /// <summary>Adds a user.</summary>
    public void Add(UserRow user) => _db.Users.Add(user);

    /// <summary>Gives a user another password, at once.</summary>
    public Task SetPasswordAsync(string name, string hash, CancellationToken ct) =>
        _db.Users.Where(u => u.Name == name).ExecuteUpdateAsync(s => s.SetProperty(u => u.PasswordHash, hash), ct);

    /// <summary>Removes a user, at once; what is theirs stays.</summary>
    public Task RemoveAsync(string name, CancellationToken ct) =>
        _db.Users.Where(u => u.Name == name).ExecuteDeleteAsync(ct);
}
