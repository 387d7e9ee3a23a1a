using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.History;

/// <summary>Alarms, as the faces of the center see them: who may see an object sees its alarms.</summary>
public sealed class AlarmService(CenterStore store, AlarmStore board, TaskStore tasks, IAuthorizer authorizer, TimeProvider time)
{
    /// <summary>Most alarms of one page.</summary>
    public const int MaximumPage = 500;

    /// <summary>One page, newest first: those that are raised, or with <paramref name="history"/> all that ever were.</summary>
    public async Task<ListModel<AlarmModel>> ListAsync(
        Caller caller, bool history, string? about, string? alarm, int limit, string? cursor, CancellationToken ct)
    {
        limit = Math.Clamp(limit, 1, MaximumPage);
        long before = cursor is null ? long.MaxValue : Cursor.Number(cursor);
        var seen = new List<AlarmModel>();
        while (true)
        {
            long at = before;
            var rows = await store.ReadAsync(
                db => db.Alarms.PageAsync(at, history, about, alarm, limit, ct), ct);
            foreach (var row in rows)
            {
                before = row.Number;
                if (!await authorizer.HoldsAsync(caller, Privileges.View, AlarmStore.About(row), ct))
                {
                    continue;
                }

                seen.Add(ToModel(row));
                if (seen.Count == limit)
                {
                    return new ListModel<AlarmModel>(
                        seen, Cursor.Of(row.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                }
            }

            if (rows.Count < limit)
            {
                return new ListModel<AlarmModel>(seen);
            }
        }
    }

    /// <summary>Says that an alarm was seen; it stays raised.</summary>
    public async Task<AlarmModel> AcknowledgeAsync(Caller caller, long number, CancellationToken ct)
    {
        var found = await store.ReadAsync(db => db.Alarms.FindAsync(number, ct), ct)
            ?? throw NotFound(number);
        var about = AlarmStore.About(found);
        await authorizer.RequireAsync(caller, Privileges.AcknowledgeAlarm, about, ct);
        return await tasks.WriteAsync(
            TaskKinds.AlarmAcknowledge, about, caller, async db =>
            {
                var row = await db.Alarms.FindAsync(number, ct) ?? throw NotFound(number);
                if (row.ClearedAt is not null)
                {
                    throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.alarmCleared", row.ObjectName,
                        $"Alarm {number} ({row.Alarm}) of {row.ObjectName} is over.", "See `lorica alarm ls`."));
                }

                if (row.AcknowledgedBy is null)
                {
                    (row.AcknowledgedBy, row.AcknowledgedAt) = (caller.User, time.GetUtcNow().ToUnixTimeMilliseconds());
                    board.Note(db, EventIds.AlarmAcknowledged, caller.User, about, row.Alarm, row.Severity,
                        $"{caller.User} has seen it.");
                }

                return ToModel(row);
            },
            ct);
    }

    private static AlarmModel ToModel(AlarmRow a) => new(
        a.Number, a.Alarm, a.ObjectKind, a.ObjectId, a.ObjectName, a.Severity, a.Message,
        Time(a.RaisedAt)!.Value, Time(a.ClearedAt), a.AcknowledgedBy, Time(a.AcknowledgedAt));

    private static DateTimeOffset? Time(long? at) => at is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

    private static FaultException NotFound(long number) => new(new Fault(FaultTypes.NotFound, "lorica.alarmNotFound",
        number.ToString(System.Globalization.CultureInfo.InvariantCulture), $"There is no alarm {number}.",
        "See `lorica alarm ls --history`."));
}
