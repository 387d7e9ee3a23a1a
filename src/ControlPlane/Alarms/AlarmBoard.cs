using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Alarms;

/// <summary>
/// Alarms: raised when something is wrong, cleared when it is right again, each inside the transaction of what it tells of.
/// <code>
/// (none) ──Raise──► raised ──Clear──► cleared (stays as history)
///                     └─Raise: the message follows, no second alarm
/// </code>
/// </summary>
public sealed class AlarmBoard(CenterStore store, TimeProvider time)
{
    /// <summary>Raises an alarm, or brings the message of the one that is raised up to date.</summary>
    /// <returns>Whether it is new.</returns>
    public async Task<bool> RaiseAsync(
        CenterDb db, string alarm, ObjectRef about, AlarmSeverity severity, string message, CancellationToken ct)
    {
        var row = await db.Alarms.FirstOrDefaultAsync(a => a.Alarm == alarm && a.ObjectId == about.Id && a.ClearedAt == null, ct);
        if (row is not null)
        {
            row.Severity = Word(severity);
            row.Message = message;
            return false;
        }

        db.Alarms.Add(new AlarmRow
        {
            Alarm = alarm,
            ObjectKind = about.Kind,
            ObjectId = about.Id,
            ObjectName = about.Name,
            Severity = Word(severity),
            Message = message,
            RaisedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        });
        await db.SaveChangesAsync(ct);
        return true;
    }

    /// <summary>The same in a transaction of its own.</summary>
    public Task<bool> RaiseAsync(string alarm, ObjectRef about, AlarmSeverity severity, string message, CancellationToken ct) =>
        store.WriteAsync(db => RaiseAsync(db, alarm, about, severity, message, ct), ct);

    /// <summary>Clears an alarm.</summary>
    /// <returns>Whether it was raised.</returns>
    public async Task<bool> ClearAsync(CenterDb db, string alarm, string objectId, CancellationToken ct)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return await db.Alarms.Where(a => a.Alarm == alarm && a.ObjectId == objectId && a.ClearedAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(a => a.ClearedAt, now), ct) > 0;
    }

    /// <summary>The same in a transaction of its own.</summary>
    public Task<bool> ClearAsync(string alarm, string objectId, CancellationToken ct) =>
        store.WriteAsync(db => ClearAsync(db, alarm, objectId, ct), ct);

    private static string Word(AlarmSeverity severity) => severity == AlarmSeverity.Critical ? "critical" : "warning";
}
