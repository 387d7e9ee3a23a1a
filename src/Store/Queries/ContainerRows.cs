using Lorica.Model;
using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Root, datacenters, clusters, folders.</summary>
public sealed class ContainerRows
{
    private readonly CenterContext _db;

    internal ContainerRows(CenterContext db) => _db = db;

    /// <summary>All of them; not tracked.</summary>
    public Task<List<ContainerRow>> ListAsync(CancellationToken ct) => _db.Containers.AsNoTracking().ToListAsync(ct);

    /// <summary>Those of a kind; two of them; tracked in a transaction.</summary>
    public Task<List<ContainerRow>> OfKindAsync(string kind, CancellationToken ct) =>
        _db.Containers.Where(c => c.Kind == kind).Take(2).ToListAsync(ct);

    /// <summary>One of them; tracked in a transaction.</summary>
    public Task<ContainerRow?> FindAsync(string id, CancellationToken ct) =>
        _db.Containers.FirstOrDefaultAsync(c => c.Id == id, ct);

    /// <summary>One that is there; tracked in a transaction.</summary>
    public Task<ContainerRow> GetAsync(string id, CancellationToken ct) => _db.Containers.FirstAsync(c => c.Id == id, ct);

    /// <summary>Ids of those of a name without case, right in a container or with null anywhere; two of them.</summary>
    public Task<List<string>> WithNameAsync(string? parentId, string name, CancellationToken ct) =>
        _db.Containers.Where(c => (parentId == null || c.ParentId == parentId)
            && EF.Functions.Collate(c.Name, "NOCASE") == name)
            .Select(c => c.Id).Take(2).ToListAsync(ct);

    /// <summary>Ids of those right in one of some.</summary>
    public Task<List<string>> InAsync(IReadOnlyCollection<string> parents, CancellationToken ct) =>
        _db.Containers.Where(c => parents.Contains(c.ParentId)).Select(c => c.Id).ToListAsync(ct);

    /// <summary>Names of containers, hosts and VMs right in one; ten of them.</summary>
    public Task<List<string>> NamesOfContentAsync(string id, CancellationToken ct) =>
        _db.Containers.Where(c => c.ParentId == id).Select(c => c.Name)
            .Concat(_db.Hosts.Where(h => h.ParentId == id).Select(h => h.Name))
            .Concat(_db.Vms.Where(v => v.ParentId == id).Select(v => v.Name)).Take(10).ToListAsync(ct);

    /// <summary>The container above one; null when it is not there.</summary>
    public Task<string?> ParentAsync(string id, CancellationToken ct) =>
        _db.Containers.Where(c => c.Id == id).Select(c => c.ParentId).FirstOrDefaultAsync(ct);

    /// <summary>Names of some by id.</summary>
    public Task<Dictionary<string, string>> NamesAsync(IReadOnlyCollection<string> ids, CancellationToken ct) =>
        _db.Containers.Where(c => ids.Contains(c.Id)).Select(c => new { c.Id, c.Name })
            .ToDictionaryAsync(c => c.Id, c => c.Name, ct);

    /// <summary>Adds one.</summary>
    public void Add(ContainerRow container) => _db.Containers.Add(container);

    /// <summary>Removes one, at once.</summary>
    public Task RemoveAsync(string id, CancellationToken ct) =>
        _db.Containers.Where(c => c.Id == id).ExecuteDeleteAsync(ct);

    /// <summary>Whether there is a container of this id.</summary>
    public Task<bool> ExistsAsync(string id, CancellationToken ct) => _db.Containers.AnyAsync(c => c.Id == id, ct);

    /// <summary>Containers with this id or name; not tracked.</summary>
    public Task<List<ContainerRow>> CalledAsync(string nameOrId, CancellationToken ct) =>
        _db.Containers.AsNoTracking().Where(c => c.Id == nameOrId || c.Name == nameOrId).ToListAsync(ct);

    /// <summary>The datacenter among these ids; not tracked.</summary>
    public Task<ContainerRow?> DatacenterAmongAsync(IReadOnlyCollection<string> ids, CancellationToken ct) =>
        _db.Containers.AsNoTracking().FirstOrDefaultAsync(c => c.Kind == ObjectKinds.Datacenter && ids.Contains(c.Id), ct);

    /// <summary>Name of the cluster in which a host is; null for none.</summary>
    public Task<string?> ClusterOfHostAsync(string hostId, CancellationToken ct) => (
        from h in _db.Hosts
        join c in _db.Containers on h.ParentId equals c.Id
        where h.Id == hostId && c.Kind == ObjectKinds.Cluster
        select c.Name).FirstOrDefaultAsync(ct);
}
