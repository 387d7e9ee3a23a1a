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

    /// <summary>A provider that is there; tracked in a transaction.</summary>
    public Task<ProviderRow> GetAsync(string name, CancellationToken ct) => _db.Providers.FirstAsync(p => p.Name == name, ct);

    /// <summary>All providers by name.</summary>
    public Task<List<ProviderRow>> ListAsync(CancellationToken ct) => _db.Providers.OrderBy(p => p.Name).ToListAsync(ct);

    /// <summary>Names of all providers, in order.</summary>
    public Task<List<string>> NamesAsync(CancellationToken ct) =>
        _db.Providers.OrderBy(p => p.Name).Select(p => p.Name).ToListAsync(ct);

    /// <summary>Name of the default provider; null when there is none.</summary>
    public Task<string?> DefaultAsync(CancellationToken ct) =>
        _db.Providers.Where(p => p.IsDefault).Select(p => p.Name).FirstOrDefaultAsync(ct);

    /// <summary>The provider that was registered first; tracked in a transaction.</summary>
    public Task<ProviderRow?> OldestAsync(CancellationToken ct) =>
        _db.Providers.OrderBy(p => p.CreatedAt).FirstOrDefaultAsync(ct);

    /// <summary>No provider is the default from here on; at once.</summary>
    public Task ClearDefaultAsync(CancellationToken ct) =>
        _db.Providers.Where(p => p.IsDefault).ExecuteUpdateAsync(s => s.SetProperty(p => p.IsDefault, false), ct);

    /// <summary>Adds a provider.</summary>
    public void Add(ProviderRow provider) => _db.Providers.Add(provider);

    /// <summary>Removes a tracked provider.</summary>
    public void Remove(ProviderRow provider) => _db.Providers.Remove(provider);
}
