using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Providers;

/// <summary>Which object uses which key, and what else is known of keys.</summary>
public sealed class KeyIndex(CenterStore store, IEnumerable<IKeyUsers> users)
{
    /// <summary>All uses, or those of one provider or key.</summary>
    public Task<List<KeyUse>> UsesAsync(string? provider, string? keyId, CancellationToken ct) =>
        store.ReadAsync(db => UsesAsync(db, provider, keyId, ct), ct);

    /// <summary>The same within a transaction.</summary>
    internal async Task<List<KeyUse>> UsesAsync(CenterDb db, string? provider, string? keyId, CancellationToken ct)
    {
        var uses = new List<KeyUse>();
        foreach (var kind in users)
        {
            uses.AddRange(await kind.ListAsync(db, provider, keyId, ct));
        }

        return uses;
    }

    /// <summary>Rows of keys, of one provider or key where named.</summary>
    public Task<List<KeyRow>> RowsAsync(string? provider, string? keyId, CancellationToken ct) =>
        store.ReadAsync(db => db.Keys.ListAsync(provider, keyId, ct), ct);
}
