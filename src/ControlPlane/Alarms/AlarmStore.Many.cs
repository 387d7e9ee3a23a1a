using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Alarms;

/// <summary>One alarm about many objects in one go.</summary>
public sealed partial class AlarmStore
{
    /// <summary>Raises <paramref name="alarm"/> for each object, or brings its message up to date.</summary>
    internal async Task RaiseManyAsync(
        CenterDb db, string alarm, AlarmSeverity severity, IReadOnlyCollection<(ObjectRef About, string Message)> alarms,
        CancellationToken ct)
    {
        var ids = alarms.Select(a => a.About.Id).ToList();
        var raised = (await db.Alarms.FindRaisedAsync(alarm, ids, ct)).ToDictionary(a => a.ObjectId, StringComparer.Ordinal);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        string word = Word(severity);
        foreach (var (about, message) in alarms)
        {
            if (raised.TryGetValue(about.Id, out var row))
            {
                (row.Severity, row.Message) = (word, message);
                continue;
            }

            row = new AlarmRow
            {
                Alarm = alarm,
                ObjectKind = about.Kind,
                ObjectId = about.Id,
                ObjectName = about.Name,
                Severity = word,
                Message = message,
                RaisedAt = now,
            };
            raised.Add(about.Id, row);
            db.Alarms.Add(row);
            Note(db, EventIds.AlarmRaised, Caller.System.User, about, alarm, word, message);
        }

        await db.SaveAsync(ct);
    }

    /// <summary>Clears <paramref name="alarm"/> for those of the objects for which it is raised.</summary>
    internal async Task ClearManyAsync(CenterDb db, string alarm, IReadOnlyCollection<string> objectIds, CancellationToken ct)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var row in await db.Alarms.FindRaisedAsync(alarm, objectIds, ct))
        {
            row.ClearedAt = now;
            Note(db, EventIds.AlarmCleared, Caller.System.User, About(row), alarm, row.Severity, "it is over.");
        }

        await db.SaveAsync(ct);
    }
}
