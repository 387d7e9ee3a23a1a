using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Datastores, as hosts see them too, and their tags.</summary>
public sealed class DatastoreRows
{
    private readonly CenterContext _db;

    internal DatastoreRows(CenterContext db) => _db = db;

    /// <summary>All datastores by name; tracked in a transaction.</summary>
    public Task<List<DatastoreRow>> ListAsync(CancellationToken ct) => _db.Datastores.OrderBy(d => d.Name).ToListAsync(ct);

    /// <summary>One datastore, also one that was added in this transaction; tracked in it.</summary>
    public async Task<DatastoreRow?> FindAsync(string id, CancellationToken ct) =>
        _db.Datastores.Local.FirstOrDefault(d => d.Id == id) ?? await _db.Datastores.FirstOrDefaultAsync(d => d.Id == id, ct);

    /// <summary>Whether a datastore has the name, also one that was added in this transaction.</summary>
    public async Task<bool> IsTakenAsync(string name, CancellationToken ct) =>
        _db.Datastores.Local.Any(d => d.Name == name) || await _db.Datastores.AnyAsync(d => d.Name == name, ct);

    /// <summary>Adds a datastore.</summary>
    public void Add(DatastoreRow datastore) => _db.Datastores.Add(datastore);

    /// <summary>All datastores as all hosts see them, by host; tracked in a transaction.</summary>
    public Task<List<HostDatastoreRow>> SeenAsync(CancellationToken ct) =>
        _db.HostDatastores.OrderBy(d => d.HostId).ToListAsync(ct);

    /// <summary>Datastores as a host sees them; tracked in a transaction.</summary>
    public Task<List<HostDatastoreRow>> SeenByAsync(string hostId, CancellationToken ct) =>
        _db.HostDatastores.Where(d => d.HostId == hostId).ToListAsync(ct);

    /// <summary>What keeps a host from using a datastore; null when it can, or does not see it.</summary>
    public Task<string?> ProblemAsync(string hostId, string datastore, CancellationToken ct) =>
        _db.HostDatastores.Where(d => d.HostId == hostId && d.Problem != "" && d.Name == datastore)
            .Select(d => d.Problem).FirstOrDefaultAsync(ct);

    /// <summary>What keeps hosts from using a datastore, as <c>host: problem</c>, by host name.</summary>
    public Task<List<string>> ProblemsAsync(string datastore, CancellationToken ct) => (
        from d in _db.HostDatastores
        join h in _db.Hosts on d.HostId equals h.Id
        where d.Name == datastore && d.Problem != ""
        orderby h.Name
        select h.Name + ": " + d.Problem).ToListAsync(ct);

    /// <summary>Adds a datastore as a host sees it.</summary>
    public void AddSeen(HostDatastoreRow seen) => _db.HostDatastores.Add(seen);

    /// <summary>Removes a tracked datastore as a host sees it.</summary>
    public void RemoveSeen(HostDatastoreRow seen) => _db.HostDatastores.Remove(seen);

    /// <summary>Removes all datastores as a host sees them, at once.</summary>
    public Task RemoveSeenByAsync(string hostId, CancellationToken ct) =>
        _db.HostDatastores.Where(d => d.HostId == hostId).ExecuteDeleteAsync(ct);

    /// <summary>All tags; not tracked.</summary>
    public Task<List<DatastoreTagRow>> TagsAsync(CancellationToken ct) => _db.DatastoreTags.AsNoTracking().ToListAsync(ct);

    /// <summary>Tags of some datastores; not tracked.</summary>
    public Task<List<DatastoreTagRow>> TagsAsync(IReadOnlyCollection<string> datastores, CancellationToken ct) =>
        _db.DatastoreTags.AsNoTracking().Where(t => datastores.Contains(t.Datastore)).ToListAsync(ct);

    /// <summary>Gives a datastore these tags and no others.</summary>
    public async Task SetTagsAsync(string datastore, IEnumerable<string> tags, CancellationToken ct)
    {
        await _db.DatastoreTags.Where(t => t.Datastore == datastore).ExecuteDeleteAsync(ct);
        _db.DatastoreTags.AddRange(tags.Select(t => new DatastoreTagRow { Datastore = datastore, Tag = t }));
    }
}
