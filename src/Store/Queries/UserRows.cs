using Lorica.Store.Engines;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Users, their sessions and API tokens.</summary>
public sealed class UserRows
{
    private readonly CenterContext _db;

    internal UserRows(CenterContext db) => _db = db;

    /// <summary>Whether there is one.</summary>
    public Task<bool> AnyAsync(CancellationToken ct) => _db.Users.AnyAsync(ct);
}
