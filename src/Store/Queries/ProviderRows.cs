using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Key providers.</summary>
public sealed class ProviderRows
{
    private readonly CenterContext _db;

    internal ProviderRows(CenterContext db) => _db = db;

    /// <summary>One provider; tracked in a transaction.</summary>
    public Task<ProviderRow?> FindAsync(string name, CancellationToken ct) =>
        _db.Providers.FirstOrDefaultAsync(p => p.Name == name, ct);

    /// <summary>Whether there is a provider of this very name.</summary>
    public Task<bool> ExistsAsync(string name, CancellationToken ct) => _db.Providers.AnyAsync(p => p.Name == name, ct);
}
