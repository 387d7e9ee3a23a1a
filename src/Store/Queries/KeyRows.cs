using Lorica.Model;
using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Keys made ahead, removed by force, or checked; daily checks.</summary>
public sealed class KeyRows
{
    private readonly CenterContext _db;

    internal KeyRows(CenterContext db) => _db = db;

    /// <summary>One key; tracked in a transaction.</summary>
    public Task<KeyRow?> FindAsync(string provider, string keyId, CancellationToken ct) =>
        _db.Keys.FirstOrDefaultAsync(k => k.Provider == provider && k.KeyId == keyId, ct);

    /// <summary>A key that is there; tracked in a transaction.</summary>
    public Task<KeyRow> GetAsync(string provider, string keyId, CancellationToken ct) =>
        _db.Keys.FirstAsync(k => k.Provider == provider && k.KeyId == keyId, ct);

    /// <summary>Whether there is a row of a key.</summary>
    public Task<bool> ExistsAsync(string provider, string keyId, CancellationToken ct) =>
        _db.Keys.AnyAsync(k => k.Provider == provider && k.KeyId == keyId, ct);

    /// <summary>Whether a key was made ahead.</summary>
    public Task<bool> IsGeneratedAsync(string provider, string keyId, CancellationToken ct) =>
        _db.Keys.AnyAsync(k => k.Provider == provider && k.KeyId == keyId && k.Generated, ct);

    /// <summary>Whether a key was made ahead and may be given to an object: usable, and not removed.</summary>
    public Task<bool> IsReadyAsync(string provider, string keyId, CancellationToken ct) =>
        _db.Keys.AnyAsync(
            k => k.Provider == provider && k.KeyId == keyId && k.Generated && k.State == KeyRecordStates.Usable
                && k.RemovedAt == 0, ct);

    /// <summary>Keys of one provider or of all, or one key, by provider and then by age.</summary>
    public Task<List<KeyRow>> ListAsync(string? provider, string? keyId, CancellationToken ct) =>
        _db.Keys.Where(k => (provider == null || k.Provider == provider) && (keyId == null || k.KeyId == keyId))
            .OrderBy(k => k.Provider).ThenBy(k => k.CreatedAt).ThenBy(k => k.KeyId).ToListAsync(ct);

    /// <summary>Keys with these ids, at whichever provider; tracked in a transaction.</summary>
    public Task<List<KeyRow>> WithIdsAsync(IReadOnlyCollection<string> keyIds, CancellationToken ct) =>
        _db.Keys.Where(k => keyIds.Contains(k.KeyId)).ToListAsync(ct);

    /// <summary>Keys that were removed by force.</summary>
    public Task<List<KeyName>> RemovedAsync(CancellationToken ct) =>
        _db.Keys.Where(k => k.RemovedAt > 0).Select(k => new KeyName(k.Provider, k.KeyId)).ToListAsync(ct);

    /// <summary>Adds a key.</summary>
    public void Add(KeyRow key) => _db.Keys.Add(key);

    /// <summary>Removes a tracked key.</summary>
    public void Remove(KeyRow key) => _db.Keys.Remove(key);

    /// <summary>When a daily check was last done, Unix milliseconds; 0 for never.</summary>
    public Task<long> CheckedAtAsync(string check, CancellationToken ct) =>
        _db.DailyChecks.Where(d => d.Name == check).Select(d => d.DoneAt).FirstOrDefaultAsync(ct);

    /// <summary>Notes that a daily check was done.</summary>
    public async Task SetCheckedAtAsync(string check, long time, CancellationToken ct)
    {
        var row = await _db.DailyChecks.FirstOrDefaultAsync(d => d.Name == check, ct);
        if (row is null)
        {
            row = new DailyCheckRow { Name = check };
            _db.DailyChecks.Add(row);
        }

        row.DoneAt = time;
    }
}
