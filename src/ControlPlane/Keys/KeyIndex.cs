using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Keys;

/// <summary>Which object uses which key, and what else is known of keys.</summary>
public sealed class KeyIndex(CenterStore store, IEnumerable<IKeyUsers> users)
{
    /// <summary>All uses, or those of one provider or key.</summary>
    public Task<List<KeyUse>> UsesAsync(string? provider, string? keyId, CancellationToken ct) =>
        store.ReadAsync(
            async db =>
            {
                var uses = new List<KeyUse>();
                foreach (var kind in users)
                {
                    uses.AddRange(await kind.ListAsync(db, provider, keyId, ct));
                }

                return uses;
            },
            ct);

    /// <summary>Rows of keys, of one provider or key where named.</summary>
    public Task<List<KeyRow>> RowsAsync(string? provider, string? keyId, CancellationToken ct) =>
        store.ReadAsync(
            db => db.Keys.Where(k => (provider == null || k.Provider == provider) && (keyId == null || k.KeyId == keyId))
                .OrderBy(k => k.Provider).ThenBy(k => k.CreatedAt).ThenBy(k => k.KeyId).ToListAsync(ct),
            ct);

    /// <summary>A key that was made ahead and can be given to an object; null when it is none.</summary>
    public async Task<KeyOrder?> GeneratedAsync(string provider, string keyId, CancellationToken ct) =>
        (await RowsAsync(provider, keyId, ct))
            .FirstOrDefault(k => k is { Generated: true, State: KeyRecordStates.Usable, RemovedAt: 0 }) is { } row
            ? new KeyOrder(row.Provider, row.KeyId, row.Kcv)
            : null;
}
