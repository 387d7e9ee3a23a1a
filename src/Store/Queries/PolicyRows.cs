using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Storage policies that somebody made.</summary>
public sealed class PolicyRows
{
    private readonly CenterContext _db;

    internal PolicyRows(CenterContext db) => _db = db;

    /// <summary>All of them; not tracked.</summary>
    public Task<List<PolicyRow>> ListAsync(CancellationToken ct) => _db.Policies.AsNoTracking().ToListAsync(ct);

    /// <summary>Some of them; not tracked.</summary>
    public Task<List<PolicyRow>> ListAsync(IReadOnlyCollection<string> ids, CancellationToken ct) =>
        _db.Policies.AsNoTracking().Where(p => ids.Contains(p.Id)).ToListAsync(ct);

    /// <summary>One of them; tracked in a transaction.</summary>
    public Task<PolicyRow?> FindAsync(string id, CancellationToken ct) =>
        _db.Policies.FirstOrDefaultAsync(p => p.Id == id, ct);

    /// <summary>How many there are.</summary>
    public Task<int> CountAsync(CancellationToken ct) => _db.Policies.CountAsync(ct);

    /// <summary>Adds one.</summary>
    public void Add(PolicyRow policy) => _db.Policies.Add(policy);

    /// <summary>Removes a tracked one.</summary>
    public void Remove(PolicyRow policy) => _db.Policies.Remove(policy);
}
