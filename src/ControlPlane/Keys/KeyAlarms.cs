using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Alarms about single keys: <c>key.wrong</c>, <c>key.ends</c>, <c>key.lastCopy</c>. An event tells each that is new.
/// </summary>
public sealed class KeyAlarms(CenterStore store, AlarmStore alarms, EventLog events)
{
    /// <summary>After a delivery: another key than the recorded one is an alarm; the right one clears it.</summary>
    internal async Task DeliveredAsync(DeliveryResult result, CancellationToken ct)
    {
        foreach (var key in result.Reasons.Where(r => r.Reason is KeyReasons.WrongKey or KeyReasons.NotAKey))
        {
            await RaiseAsync(AlarmIds.WrongKey, AlarmSeverity.Critical, key.Provider, key.KeyId, EventIds.WrongKey,
                $"{KeyFaults.WrongAt(key.Provider, key.KeyId, key.Reason, key.Detail)} It is not delivered. "
                    + "Restore the right key on the KMS.",
                ct);
        }

        if (result.Held.Count > 0)
        {
            await ClearAsync(AlarmIds.WrongKey, [.. result.Held.Select(k => k.ToString())], ct);
        }
    }

    /// <summary>Raises, with an event when it is new.</summary>
    internal Task RaiseAsync(
        string alarm, AlarmSeverity severity, string provider, string keyId, string eventId, string message,
        CancellationToken ct) =>
        store.WriteAsync(
            async db =>
            {
                var about = ObjectRef.Key(provider, keyId);
                if (await alarms.RaiseAsync(db, alarm, about, severity, message, ct))
                {
                    events.Add(db, eventId, Caller.System.User, about.Name, message);
                }
            },
            ct);

    /// <summary>Clears for those of <paramref name="names"/> (provider/key) for which it is raised.</summary>
    internal async Task ClearAsync(string alarm, IReadOnlyCollection<string> names, CancellationToken ct)
    {
        var raised = await store.ReadAsync(db => db.Alarms.RaisedAsync(alarm, ct), ct);
        var right = raised.Select(a => a.ObjectId).Where(names.Contains).ToList();
        if (right.Count > 0)
        {
            await store.WriteAsync(db => alarms.ClearManyAsync(db, alarm, right, ct), ct);
        }
    }
}
