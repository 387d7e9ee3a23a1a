using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Alarms;

/// <summary>
/// Alarms: raised when something is wrong, cleared when it is right again, each inside the transaction of what it tells of and
/// each with an event.
/// <code>
/// (none) ──Raise──► raised ──Acknowledge──► raised, seen ──Clear──► cleared (stays as history)
///                     │└─Raise: the message follows, no second alarm, no event; graver than before: not seen any more
///                     └──Clear──► cleared
/// </code>
/// </summary>
public sealed partial class AlarmStore(CenterStore store, EventLog events, TimeProvider time)
{
    /// <summary>Raises an alarm, or brings the message of the one that is raised up to date.</summary>
    /// <returns>Whether it is new.</returns>
    public async Task<bool> RaiseAsync(
        CenterDb db, string alarm, ObjectRef about, AlarmSeverity severity, string message, CancellationToken ct)
    {
        string word = Word(severity);
        var row = await db.Alarms.FindRaisedAsync(alarm, about.Id, ct);
        if (row is not null)
        {
            if (severity == AlarmSeverity.Critical && row.Severity != word)
            {
                (row.AcknowledgedBy, row.AcknowledgedAt) = (null, null);
                Note(db, EventIds.AlarmRaised, Caller.System.User, about, alarm, word, message);
            }

            (row.Severity, row.Message) = (word, message);
            return false;
        }

        db.Alarms.Add(new AlarmRow
        {
            Alarm = alarm,
            ObjectKind = about.Kind,
            ObjectId = about.Id,
            ObjectName = about.Name,
            Severity = word,
            Message = message,
            RaisedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        });
        Note(db, EventIds.AlarmRaised, Caller.System.User, about, alarm, word, message);
        await db.SaveAsync(ct);
        return true;
    }

    /// <summary>The same in a transaction of its own.</summary>
    public Task<bool> RaiseAsync(string alarm, ObjectRef about, AlarmSeverity severity, string message, CancellationToken ct) =>
        store.WriteAsync(db => RaiseAsync(db, alarm, about, severity, message, ct), ct);

    /// <summary>Clears an alarm.</summary>
    /// <returns>Whether it was raised.</returns>
    public async Task<bool> ClearAsync(CenterDb db, string alarm, string objectId, CancellationToken ct)
    {
        var row = await db.Alarms.FindRaisedAsync(alarm, objectId, ct);
        if (row is null)
        {
            return false;
        }

        row.ClearedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
        Note(db, EventIds.AlarmCleared, Caller.System.User, About(row), alarm, row.Severity, "it is over.");
        await db.SaveAsync(ct);
        return true;
    }

    /// <summary>The same in a transaction of its own; writes nothing when nothing is raised.</summary>
    public async Task<bool> ClearAsync(string alarm, string objectId, CancellationToken ct) =>
        await store.ReadAsync(db => db.Alarms.IsRaisedAsync(alarm, objectId, ct), ct)
        && await store.WriteAsync(db => ClearAsync(db, alarm, objectId, ct), ct);

    /// <summary>Clears every alarm about an object that is gone.</summary>
    public async Task ClearAllAsync(CenterDb db, string objectId, CancellationToken ct)
    {
        foreach (string alarm in await db.Alarms.RaisedAboutAsync(objectId, ct))
        {
            await ClearAsync(db, alarm, objectId, ct);
        }
    }

    internal void Note(
        CenterDb db, string eventId, string user, ObjectRef about, string alarm, string severity, string message) =>
        events.Add(db, eventId, user, about, $"{alarm} ({severity}): {message}");

    internal static ObjectRef About(AlarmRow row) => new(row.ObjectKind, row.ObjectId, row.ObjectName);

    private static string Word(AlarmSeverity severity) => severity == AlarmSeverity.Critical ? "critical" : "warning";
}
