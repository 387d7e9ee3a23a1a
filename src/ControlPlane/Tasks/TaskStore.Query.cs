using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tasks;

/// <summary>Looking at tasks.</summary>
public sealed partial class TaskStore
{
    private const string Unfinished = "unfinished";

    /// <summary>One page of tasks, newest first.</summary>
    public async Task<ListModel<TaskModel>> ListAsync(TaskQuery query, CancellationToken ct)
    {
        int limit = Math.Clamp(query.Limit, 1, TaskQuery.MaximumLimit);
        var rows = await store.ReadAsync(
            db => Where(db.Tasks, query)
                .OrderByDescending(t => t.StartedAt).ThenByDescending(t => t.Id).Take(limit + 1).ToListAsync(ct), ct);
        string? next = rows.Count > limit ? Cursor.Of(rows[limit - 1].StartedAt, rows[limit - 1].Id) : null;
        return new ListModel<TaskModel>([.. rows.Take(limit).Select(r => r.ToModel())], next);
    }

    private static IQueryable<TaskRow> Where(IQueryable<TaskRow> rows, TaskQuery q)
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
