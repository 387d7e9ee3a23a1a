using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Keys made ahead, removed by force, or checked; daily checks.</summary>
public sealed class KeyRows
{
    private readonly CenterContext _db;

    internal KeyRows(CenterContext db) => _db = db;

    /// <summary>One of them; not tracked.</summary>
    public Task<KeyRow?> ReadAsync(string provider, string keyId, CancellationToken ct) =>
        _db.Keys.AsNoTracking().FirstOrDefaultAsync(k => k.Provider == provider && k.KeyId == keyId, ct);
}
