using Lorica.Model;
using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Tasks.</summary>
public sealed class TaskRows
{
    private readonly CenterContext _db;

    internal TaskRows(CenterContext db) => _db = db;

    private IQueryable<TaskRow> Unfinished =>
        _db.Tasks.Where(t => t.State == TaskStates.Queued || t.State == TaskStates.Running);

    /// <summary>How many have not ended, by state.</summary>
    public Task<Dictionary<string, long>> CountUnfinishedAsync(CancellationToken ct) =>
        Unfinished.GroupBy(t => t.State).Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct);

    /// <summary>One task; tracked in a transaction.</summary>
    public Task<TaskRow?> FindAsync(string id, CancellationToken ct) => _db.Tasks.FirstOrDefaultAsync(t => t.Id == id, ct);

    /// <summary>The unfinished one that works on a VM, or makes it; not tracked.</summary>
    public Task<TaskRow?> FindUnfinishedOfVmAsync(string vmId, CancellationToken ct) =>
        Unfinished.AsNoTracking().FirstOrDefaultAsync(t => t.VmId == vmId || t.OtherVmId == vmId, ct);

    /// <summary>Arguments of the unfinished one of a VM; null when there is none.</summary>
    public Task<string?> UnfinishedArgumentsOfVmAsync(string vmId, CancellationToken ct) =>
        Unfinished.Where(t => t.VmId == vmId).Select(t => t.Arguments).FirstOrDefaultAsync(ct);

    /// <summary>Id of the unfinished one of each of some VMs that has one, by VM.</summary>
    public Task<Dictionary<string, string>> UnfinishedOfVmsAsync(IReadOnlyCollection<string> vms, CancellationToken ct) =>
        Unfinished.Where(t => vms.Contains(t.VmId)).Select(t => new { t.VmId, t.Id })
            .ToDictionaryAsync(t => t.VmId, t => t.Id, ct);

    /// <summary>VMs of all unfinished ones; empty for those that are of no VM.</summary>
    public Task<List<string>> BusyVmsAsync(CancellationToken ct) => Unfinished.Select(t => t.VmId).ToListAsync(ct);

    /// <summary>Unfinished ones that carry a policy out: what they are about, and their ids.</summary>
    public async Task<List<(string Target, string Id)>> UnfinishedUnderAsync(string policyId, CancellationToken ct) =>
        [.. (await Unfinished.Where(t => t.PolicyId == policyId).Select(t => new { t.Target, t.Id }).ToListAsync(ct))
            .Select(t => (t.Target, t.Id))];

    /// <summary>Unfinished ones of a kind on other VMs than that: the VM, and the arguments.</summary>
    public async Task<List<(string VmId, string Arguments)>> UnfinishedOfOthersAsync(
        string kind, string butVmId, CancellationToken ct) =>
        [.. (await Unfinished.Where(t => t.Kind == kind && t.VmId != butVmId).Select(t => new { t.VmId, t.Arguments })
            .ToListAsync(ct)).Select(t => (t.VmId, t.Arguments))];

    /// <summary>Id of the part of a task that is about an object; null when there is none.</summary>
    public Task<string?> PartAsync(string parentId, string objectId, CancellationToken ct) =>
        _db.Tasks.Where(t => t.ParentId == parentId && t.ObjectId == objectId).Select(t => t.Id).FirstOrDefaultAsync(ct);

    /// <summary>Notes how far a task is, at once.</summary>
    public Task SetProgressAsync(string id, int percent, string step, CancellationToken ct) =>
        _db.Tasks.Where(t => t.Id == id).ExecuteUpdateAsync(
            s => s.SetProperty(t => t.Percent, percent).SetProperty(t => t.Step, step), ct);

    /// <summary>One that is there; tracked in a transaction.</summary>
    public Task<TaskRow> GetAsync(string id, CancellationToken ct) => _db.Tasks.FirstAsync(t => t.Id == id, ct);

    /// <summary>One page, newest first, and the cursor of the next one; null at the end.</summary>
    public async Task<(List<TaskRow> Rows, string? Next)> PageAsync(TaskQuery query, CancellationToken ct)
    {
        int limit = Math.Clamp(query.Limit, 1, TaskQuery.MaximumLimit);
        var rows = await Matching(query).OrderByDescending(t => t.StartedAt).ThenByDescending(t => t.Id)
            .Take(limit + 1).ToListAsync(ct);
        if (rows.Count <= limit)
        {
            return (rows, null);
        }

        rows.RemoveAt(limit);
        return (rows, Cursor.Of(rows[^1].StartedAt, rows[^1].Id));
    }

    /// <summary>Tasks that have not ended.</summary>
    public Task<List<TaskRow>> UnfinishedAsync(CancellationToken ct) => Unfinished.ToListAsync(ct);

    /// <summary>The unfinished task of a VM; tracked in a transaction.</summary>
    public Task<TaskRow?> UnfinishedOfAsync(string vmId, CancellationToken ct) =>
        Unfinished.FirstOrDefaultAsync(t => t.VmId == vmId, ct);

    /// <summary>Whether a task of a VM has not ended.</summary>
    public Task<bool> AnyUnfinishedOfAsync(string vmId, CancellationToken ct) => Unfinished.AnyAsync(t => t.VmId == vmId, ct);

    /// <summary>Whether somebody asked a task to end.</summary>
    public Task<bool> IsAskedToEndAsync(string id, CancellationToken ct) =>
        _db.Tasks.AnyAsync(t => t.Id == id && t.CancelBy != null, ct);

    /// <summary>Adds a task.</summary>
    public void Add(TaskRow task) => _db.Tasks.Add(task);

    /// <summary>Notes how far an unfinished task is, at once.</summary>
    public Task SetProgressAsync(string id, int percent, string step, long done, long total, CancellationToken ct) =>
        Unfinished.Where(t => t.Id == id).ExecuteUpdateAsync(
            s => s.SetProperty(t => t.State, TaskStates.Running).SetProperty(t => t.Step, step)
                .SetProperty(t => t.BytesDone, done).SetProperty(t => t.BytesTotal, total)
                .SetProperty(t => t.Percent, percent),
            ct);

    /// <summary>From here on a task may be cancelled; at once.</summary>
    public Task AllowCancelAsync(string id, CancellationToken ct) =>
        _db.Tasks.Where(t => t.Id == id).ExecuteUpdateAsync(s => s.SetProperty(t => t.Cancellable, true), ct);

    /// <summary>From here on a task may not be cancelled, unless somebody asked before; at once.</summary>
    /// <returns>Whether nobody had asked.</returns>
    public async Task<bool> ForbidCancelAsync(string id, CancellationToken ct) =>
        await _db.Tasks.Where(t => t.Id == id && t.CancelBy == null)
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.Cancellable, false), ct) > 0;

    /// <summary>Leaves the result of a task, at once.</summary>
    public Task SetResultAsync(string id, string json, CancellationToken ct) =>
        _db.Tasks.Where(t => t.Id == id).ExecuteUpdateAsync(s => s.SetProperty(t => t.Result, json), ct);

    /// <summary>The name under which a task last asked for a KEK; null for none.</summary>
    public Task<string?> KeyNameAsync(string id, CancellationToken ct) =>
        _db.Tasks.Where(t => t.Id == id).Select(t => t.KeyName).FirstOrDefaultAsync(ct);

    /// <summary>Notes the name under which a task asks for a KEK, at once.</summary>
    public Task SetKeyNameAsync(string id, string? name, CancellationToken ct) =>
        _db.Tasks.Where(t => t.Id == id).ExecuteUpdateAsync(s => s.SetProperty(t => t.KeyName, name), ct);

    private IQueryable<TaskRow> Matching(TaskQuery q)
    {
        var rows = q.State == TaskQuery.Unfinished ? Unfinished
            : q.State is { } state ? _db.Tasks.Where(t => t.State == state) : _db.Tasks;
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
