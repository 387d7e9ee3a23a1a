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
}
