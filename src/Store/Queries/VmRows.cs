using Lorica.Model;
using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>VMs.</summary>
public sealed class VmRows
{
    private readonly CenterContext _db;

    internal VmRows(CenterContext db) => _db = db;

    /// <summary>How many there are, by whether they are locked.</summary>
    public Task<Dictionary<string, long>> CountAsync(CancellationToken ct) =>
        _db.Vms.GroupBy(v => v.CryptoState).Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct);

    /// <summary>How many there are, by host.</summary>
    public Task<Dictionary<string, int>> CountByHostAsync(CancellationToken ct) =>
        _db.Vms.GroupBy(v => v.HostId).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct);

    /// <summary>How many there are, by datastore.</summary>
    public Task<Dictionary<string, int>> CountByDatastoreAsync(CancellationToken ct) =>
        _db.Vms.GroupBy(v => v.Datastore).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct);

    /// <summary>All VMs by name; tracked in a transaction.</summary>
    public Task<List<VmRow>> ListAsync(CancellationToken ct) => _db.Vms.OrderBy(v => v.Name).ToListAsync(ct);

    /// <summary>One VM; tracked in a transaction.</summary>
    public Task<VmRow?> FindAsync(string id, CancellationToken ct) => _db.Vms.FirstOrDefaultAsync(v => v.Id == id, ct);

    /// <summary>The VM of a name; tracked in a transaction.</summary>
    public Task<VmRow?> FindByNameAsync(string name, CancellationToken ct) =>
        _db.Vms.FirstOrDefaultAsync(v => v.Name == name, ct);

    /// <summary>The VM of a name that is right in a container; tracked in a transaction.</summary>
    public Task<VmRow?> FindInAsync(string parentId, string name, CancellationToken ct) =>
        _db.Vms.FirstOrDefaultAsync(v => v.ParentId == parentId && v.Name == name, ct);

    /// <summary>A VM if it is on that host; tracked in a transaction.</summary>
    public Task<VmRow?> FindOnHostAsync(string id, string hostId, CancellationToken ct) =>
        _db.Vms.FirstOrDefaultAsync(v => v.Id == id && v.HostId == hostId, ct);

    /// <summary>Those on a datastore of which a description is kept; not tracked.</summary>
    public Task<List<VmRow>> SeenOnDatastoreAsync(string datastore, CancellationToken ct) =>
        _db.Vms.AsNoTracking().Where(v => v.Datastore == datastore && v.Snapshot != null).ToListAsync(ct);

    /// <summary>Those on a datastore but for one, with their kept descriptions.</summary>
    public async Task<List<(string Id, string Name, byte[]? Snapshot)>> OthersOnDatastoreAsync(
        string datastore, string butId, CancellationToken ct) =>
        [.. (await _db.Vms.Where(v => v.Id != butId && v.Datastore == datastore)
            .Select(v => new { v.Id, v.Name, v.Snapshot }).ToListAsync(ct)).Select(v => (v.Id, v.Name, v.Snapshot))];

    /// <summary>Those present on a host; tracked in a transaction.</summary>
    public Task<List<VmRow>> PresentOnHostAsync(string hostId, CancellationToken ct) =>
        _db.Vms.Where(v => v.HostId == hostId && v.State == VmStates.Present).ToListAsync(ct);

    /// <summary>Which of some are present on another host than that, with their epochs.</summary>
    public async Task<List<(string Id, long Epoch)>> PresentElsewhereAsync(
        IReadOnlyCollection<string> ids, string hostId, CancellationToken ct) =>
        [.. (await _db.Vms.Where(v => ids.Contains(v.Id) && v.HostId != hostId && v.State == VmStates.Present)
            .Select(v => new { v.Id, v.Epoch }).ToListAsync(ct)).Select(v => (v.Id, v.Epoch))];

    /// <summary>
    /// Present ones whose home has one of some policies, with it; with <paramref name="only"/> at most that VM.
    /// </summary>
    public async Task<List<(VmRow Vm, string PolicyId)>> PresentUnderAsync(
        IReadOnlyCollection<string> policies, string? only, CancellationToken ct) =>
        [.. (await (
            from v in _db.Vms
            join p in _db.PolicyAssociations on v.Id equals p.ObjectId
            where policies.Contains(p.PolicyId) && v.State == VmStates.Present && (only == null || v.Id == only)
            select new { Vm = v, p.PolicyId }).ToListAsync(ct)).Select(v => (v.Vm, v.PolicyId))];

    /// <summary>Names of those that have a policy at home or at a disk, each once.</summary>
    public Task<List<string>> NamesUnderAsync(string policyId, CancellationToken ct) => (
        from p in _db.PolicyAssociations
        join v in _db.Vms on p.VmId equals v.Id
        where p.PolicyId == policyId
        select v.Name).Distinct().ToListAsync(ct);

    /// <summary>Names of those on a host, by name; twenty of them.</summary>
    public Task<List<string>> NamesOnHostAsync(string hostId, CancellationToken ct) =>
        _db.Vms.Where(v => v.HostId == hostId).OrderBy(v => v.Name).Select(v => v.Name).Take(20).ToListAsync(ct);

    /// <summary>Names of those on a host with which a task has not ended.</summary>
    public Task<List<string>> NamesBusyOnHostAsync(string hostId, CancellationToken ct) => (
        from t in _db.Tasks
        join v in _db.Vms on t.VmId equals v.Id
        where v.HostId == hostId && (t.State == TaskStates.Queued || t.State == TaskStates.Running)
        select v.Name).ToListAsync(ct);

    /// <summary>Which of some are there.</summary>
    public Task<List<string>> ThoseThereAsync(IReadOnlyCollection<string> ids, CancellationToken ct) =>
        _db.Vms.Where(v => ids.Contains(v.Id)).Select(v => v.Id).ToListAsync(ct);

    /// <summary>Whether there is one of this id.</summary>
    public Task<bool> ExistsAsync(string id, CancellationToken ct) => _db.Vms.AnyAsync(v => v.Id == id, ct);

    /// <summary>Whether one is present and of this epoch.</summary>
    public Task<bool> IsPresentAsync(string id, long epoch, CancellationToken ct) =>
        _db.Vms.AnyAsync(v => v.Id == id && v.Epoch == epoch && v.State == VmStates.Present, ct);

    /// <summary>Whether a VM has the name.</summary>
    public Task<bool> IsTakenAsync(string name, CancellationToken ct) => _db.Vms.AnyAsync(v => v.Name == name, ct);

    /// <summary>Name of a VM; null when it is not there.</summary>
    public Task<string?> NameAsync(string id, CancellationToken ct) =>
        _db.Vms.Where(v => v.Id == id).Select(v => v.Name).FirstOrDefaultAsync(ct);

    /// <summary>Container of a VM; null when it is not there.</summary>
    public Task<string?> ParentAsync(string id, CancellationToken ct) =>
        _db.Vms.Where(v => v.Id == id).Select(v => v.ParentId).FirstOrDefaultAsync(ct);

    /// <summary>The kept description of a VM.</summary>
    public Task<byte[]?> SnapshotAsync(string id, CancellationToken ct) =>
        _db.Vms.Where(v => v.Id == id).Select(v => v.Snapshot).FirstOrDefaultAsync(ct);

    /// <summary>Where all are, by name.</summary>
    public Task<List<VmPlace>> PlacesAsync(CancellationToken ct) => Places(_db.Vms.OrderBy(v => v.Name)).ToListAsync(ct);

    /// <summary>Where some are.</summary>
    public Task<List<VmPlace>> PlacesAsync(IReadOnlyCollection<string> ids, CancellationToken ct) =>
        Places(_db.Vms.Where(v => ids.Contains(v.Id))).ToListAsync(ct);

    /// <summary>
    /// Where those of a selection are, by name and id, behind a name and id or from the first; at most so many.
    /// </summary>
    public Task<List<VmPlace>> PageAsync(VmSelection which, (string Name, string Id)? after, int most, CancellationToken ct)
    {
        var vms = In(which.Scope);
        if (after is var (name, id))
        {
#pragma warning disable CA1309, CA1310, MA0074, RCS1155 // Translated to SQL.
            vms = vms.Where(v => string.Compare(v.Name, name) >= 0
                && (string.Compare(v.Name, name) > 0 || string.Compare(v.Id, id) > 0));
#pragma warning restore CA1309, CA1310, MA0074, RCS1155
        }

        if (which.Name is { Like: var names })
        {
            vms = vms.Where(v => EF.Functions.Like(v.Name, names, "\\"));
        }

        if (which.CryptoState is { Like: var states })
        {
            vms = vms.Where(v => EF.Functions.Like(v.CryptoState, states, "\\"));
        }

        if (which.Hosts is { } hosts)
        {
            vms = vms.Where(v => hosts.Contains(v.HostId));
        }

        if (which.Policies is { } policies)
        {
            vms = vms.Where(v => _db.PolicyAssociations.Any(p => p.ObjectId == v.Id && policies.Contains(p.PolicyId)));
        }

        if (which.NotPolicies is { } others)
        {
            vms = vms.Where(v => !_db.PolicyAssociations.Any(p => p.ObjectId == v.Id && others.Contains(p.PolicyId)));
        }

        return Places(vms.OrderBy(v => v.Name).ThenBy(v => v.Id).Take(most)).ToListAsync(ct);
    }

    /// <summary>Which of some count for somebody; tracked in a transaction.</summary>
    public Task<List<VmRow>> ListAsync(VmScope scope, IReadOnlyCollection<string> ids, CancellationToken ct) =>
        In(scope).Where(v => ids.Contains(v.Id)).ToListAsync(ct);

    /// <summary>Adds a VM.</summary>
    public void Add(VmRow vm) => _db.Vms.Add(vm);

    /// <summary>Removes a VM, at once.</summary>
    public Task RemoveAsync(string id, CancellationToken ct) => _db.Vms.Where(v => v.Id == id).ExecuteDeleteAsync(ct);

    /// <summary>Gives a VM another name, at once.</summary>
    public Task RenameAsync(string id, string name, CancellationToken ct) =>
        _db.Vms.Where(v => v.Id == id).ExecuteUpdateAsync(s => s.SetProperty(v => v.Name, name), ct);

    /// <summary>The same if its name is <paramref name="now"/>.</summary>
    public Task RenameAsync(string id, string now, string name, CancellationToken ct) =>
        _db.Vms.Where(v => v.Id == id && v.Name == now).ExecuteUpdateAsync(s => s.SetProperty(v => v.Name, name), ct);

    /// <summary>Notes on which host a VM is, at once.</summary>
    public Task SetHostAsync(string id, string hostId, CancellationToken ct) =>
        _db.Vms.Where(v => v.Id == id).ExecuteUpdateAsync(s => s.SetProperty(v => v.HostId, hostId), ct);

    /// <summary>Puts a VM into a container, at once.</summary>
    public Task SetParentAsync(string id, string parentId, CancellationToken ct) =>
        _db.Vms.Where(v => v.Id == id).ExecuteUpdateAsync(s => s.SetProperty(v => v.ParentId, parentId), ct);

    /// <summary>Notes on which datastore a VM's home is, at once.</summary>
    public Task SetDatastoreAsync(string id, string datastore, CancellationToken ct) =>
        _db.Vms.Where(v => v.Id == id).ExecuteUpdateAsync(s => s.SetProperty(v => v.Datastore, datastore), ct);

    /// <summary>Keeps a VM's description, at once.</summary>
    public Task SetSnapshotAsync(string id, byte[] snapshot, CancellationToken ct) =>
        _db.Vms.Where(v => v.Id == id).ExecuteUpdateAsync(s => s.SetProperty(v => v.Snapshot, snapshot), ct);

    /// <summary>A VM is present from now on, with its description; at once.</summary>
    public Task SetPresentAsync(string id, byte[] snapshot, CancellationToken ct) =>
        _db.Vms.Where(v => v.Id == id).ExecuteUpdateAsync(
            s => s.SetProperty(v => v.State, VmStates.Present).SetProperty(v => v.Snapshot, snapshot), ct);

    /// <summary>Notes whether some are locked, and the keys that they miss, at once.</summary>
    public Task SetLocksAsync(
        IReadOnlyCollection<string> ids, string cryptoState, string lockedKeys, CancellationToken ct) =>
        _db.Vms.Where(v => ids.Contains(v.Id)).ExecuteUpdateAsync(
            s => s.SetProperty(v => v.CryptoState, cryptoState).SetProperty(v => v.LockedKeys, lockedKeys), ct);

    private static IQueryable<VmPlace> Places(IQueryable<VmRow> vms) =>
        vms.Select(v => new VmPlace(v.Id, v.Name, v.ParentId, v.HostId));

    private IQueryable<VmRow> In(VmScope scope)
    {
        var (elsewhere, containers, own, not) = scope;
        var vms = not.Count == 0 ? _db.Vms : _db.Vms.Where(v => !not.Contains(v.Id));
        return (elsewhere, containers.Count) switch
        {
            (true, 0) => vms,
            (true, _) => vms.Where(v => !containers.Contains(v.ParentId) || own.Contains(v.Id)),
            (false, _) => vms.Where(v => containers.Contains(v.ParentId) || own.Contains(v.Id)),
        };
    }

    /// <summary>VMs with this id or name; not tracked.</summary>
    public Task<List<VmRow>> CalledAsync(string nameOrId, CancellationToken ct) =>
        _db.Vms.AsNoTracking().Where(v => v.Id == nameOrId || v.Name == nameOrId).ToListAsync(ct);

    /// <summary>Names by id, of those that are there.</summary>
    public Task<Dictionary<string, string>> NamesAsync(IReadOnlyCollection<string> ids, CancellationToken ct) =>
        _db.Vms.Where(v => ids.Contains(v.Id)).ToDictionaryAsync(v => v.Id, v => v.Name, ct);

    /// <summary>Names of the VMs on a host that are encrypted or about to be, in order.</summary>
    public Task<List<string>> EncryptedOnAsync(string hostId, CancellationToken ct) => (
        from v in _db.Vms
        where v.HostId == hostId && _db.KeyRecords.Any(
            r => r.VmId == v.Id && (r.State == KeyRecordStates.Usable || r.State == KeyRecordStates.Pending))
        orderby v.Name
        select v.Name).ToListAsync(ct);

    /// <summary>Whether a VM is there and no operation on it began since it had this epoch.</summary>
    public Task<bool> IsAtAsync(string id, long epoch, CancellationToken ct) =>
        _db.Vms.AnyAsync(v => v.Id == id && v.Epoch == epoch, ct);

    /// <summary>Takes the epoch after this one, if the VM is there and still has it; at once.</summary>
    /// <returns>Whether it was taken.</returns>
    public async Task<bool> TakeEpochAsync(string id, long epoch, CancellationToken ct) =>
        await _db.Vms.Where(v => v.Id == id && v.Epoch == epoch)
            .ExecuteUpdateAsync(s => s.SetProperty(v => v.Epoch, epoch + 1), ct) == 1;
}
