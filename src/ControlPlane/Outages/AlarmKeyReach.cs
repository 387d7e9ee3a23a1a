using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Policies;
using Lorica.Store;

namespace Lorica.ControlPlane.Outages;

/// <summary>
/// A provider is out of reach for as long as its alarm says: raised when a key could not be fetched, cleared by the first probe
/// key that comes. It survives a restart of the center, so an outage never begins anew.
/// </summary>
internal sealed class AlarmKeyReach(CenterStore store) : IKeyReach
{
    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> OutSinceAsync(CancellationToken ct) =>
        (await store.ReadAsync(
            db => db.Alarms.RaisedAsync(AlarmIds.ProviderConnection, ct), ct))
        .ToDictionary(a => a.ObjectId, a => DateTimeOffset.FromUnixTimeMilliseconds(a.RaisedAt), StringComparer.Ordinal);
}
