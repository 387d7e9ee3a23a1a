using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tasks;

/// <summary>Which tasks a <see cref="TaskQuery"/> asks for.</summary>
internal static class TaskFilter
{
    private const string Unfinished = "unfinished";

    /// <summary>Those of them.</summary>
    public static IQueryable<TaskRow> Where(IQueryable<TaskRow> rows, TaskQuery q)
    {
        rows = q.State == Unfinished ? rows.Where(t => t.State == TaskStates.Queued || t.State == TaskStates.Running)
            : q.State is { } state ? rows.Where(t => t.State == state) : rows;
        rows = q.Kind is { } kind ? rows.Where(t => t.Kind == kind) : rows;
        rows = q.Object is { } o ? rows.Where(t => t.ObjectId == o || t.Target == o) : rows;
        rows = q.User is { } user ? rows.Where(t => t.UserName == user) : rows;
        rows = q.Parent is { } parent ? rows.Where(t => t.ParentId == parent) : rows;
        if (q.Since is { } since)
        {
            long from = since.ToUnixTimeMilliseconds();
            rows = rows.Where(t => t.StartedAt >= from);
        }

        if (q.Until is { } until)
        {
            long to = until.ToUnixTimeMilliseconds();
            rows = rows.Where(t => t.StartedAt < to);
        }

        if (q.Cursor is { } cursor)
        {
            var (time, id) = Cursor.TimeAndId(cursor);
            rows = rows.Where(t => t.StartedAt < time || (t.StartedAt == time && string.Compare(t.Id, id) < 0));
        }

        return rows;
    }
}
