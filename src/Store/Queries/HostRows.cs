using Lorica.Model;
using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Hosts, and those of the configuration as they were last taken over.</summary>
public sealed class HostRows
{
    private readonly CenterContext _db;

    internal HostRows(CenterContext db) => _db = db;

    /// <summary>How many there are, by state of their connection.</summary>
    public Task<Dictionary<string, long>> CountAsync(CancellationToken ct) =>
        _db.Hosts.GroupBy(h => h.State).Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct);

    /// <summary>All hosts by name; tracked in a transaction.</summary>
    public Task<List<HostRow>> ListAsync(CancellationToken ct) => _db.Hosts.OrderBy(h => h.Name).ToListAsync(ct);

    /// <summary>Those that are connected: first those in service, then by name; tracked in a transaction.</summary>
    public Task<List<HostRow>> ConnectedAsync(CancellationToken ct) =>
        _db.Hosts.Where(h => h.State == HostStates.Connected).OrderBy(h => h.Maintenance).ThenBy(h => h.Name).ToListAsync(ct);

    /// <summary>One host; tracked in a transaction.</summary>
    public Task<HostRow?> FindAsync(string id, CancellationToken ct) => _db.Hosts.FirstOrDefaultAsync(h => h.Id == id, ct);

    /// <summary>Whether there is a host of this id.</summary>
    public Task<bool> ExistsAsync(string id, CancellationToken ct) => _db.Hosts.AnyAsync(h => h.Id == id, ct);

    /// <summary>Name of the host at an address, where there is one.</summary>
    public Task<string> NameAtAsync(string address, CancellationToken ct) =>
        _db.Hosts.Where(h => h.Address == address).Select(h => h.Name).FirstAsync(ct);

    /// <summary>Name of a host that is in maintenance; null when it is not, or is not there.</summary>
    public Task<string?> NameInMaintenanceAsync(string id, CancellationToken ct) =>
        _db.Hosts.Where(h => h.Id == id && h.Maintenance).Select(h => h.Name).FirstOrDefaultAsync(ct);

    /// <summary>Ids of those at an address that never connected.</summary>
    public Task<List<string>> NeverConnectedAtAsync(string address, CancellationToken ct) =>
        _db.Hosts.Where(h => h.Address == address && h.BootId == "" && h.Description == null).Select(h => h.Id).ToListAsync(ct);

    /// <summary>Container of a host; null when it is not there.</summary>
    public Task<string?> ParentAsync(string id, CancellationToken ct) =>
        _db.Hosts.Where(h => h.Id == id).Select(h => h.ParentId).FirstOrDefaultAsync(ct);

    /// <summary>Where all are in the tree: id, name, container.</summary>
    public async Task<List<(string Id, string Name, string ParentId)>> PlacesAsync(CancellationToken ct) =>
        [.. (await _db.Hosts.Select(h => new { h.Id, h.Name, h.ParentId }).ToListAsync(ct))
            .Select(h => (h.Id, h.Name, h.ParentId))];

    /// <summary>Last descriptions of all that have one.</summary>
    public Task<List<byte[]>> DescriptionsAsync(CancellationToken ct) =>
        _db.Hosts.Where(h => h.Description != null).Select(h => h.Description!).ToListAsync(ct);

    /// <summary>One that was joining is connecting from now on, at once.</summary>
    public Task SetJoinedAsync(string id, CancellationToken ct) =>
        _db.Hosts.Where(h => h.Id == id && h.State == HostStates.Joining).ExecuteUpdateAsync(
            s => s.SetProperty(h => h.State, HostStates.Connecting).SetProperty(h => h.Detail, ""), ct);

    /// <summary>Adds a host.</summary>
    public void Add(HostRow host) => _db.Hosts.Add(host);

    /// <summary>Removes a tracked host.</summary>
    public void Remove(HostRow host) => _db.Hosts.Remove(host);

    /// <summary>What the configuration said of hosts, by host; tracked in a transaction.</summary>
    public Task<Dictionary<string, HostSeedRow>> SeedsAsync(CancellationToken ct) =>
        _db.HostSeeds.ToDictionaryAsync(s => s.Id, ct);

    /// <summary>Adds what the configuration says of a host.</summary>
    public void AddSeed(HostSeedRow seed) => _db.HostSeeds.Add(seed);

    /// <summary>One that is there; tracked in a transaction.</summary>
    public Task<HostRow> GetAsync(string id, CancellationToken ct) => _db.Hosts.FirstAsync(h => h.Id == id, ct);

    /// <summary>Which of some are connected.</summary>
    public Task<List<string>> ThoseConnectedAsync(IReadOnlyCollection<string> ids, CancellationToken ct) =>
        _db.Hosts.Where(h => ids.Contains(h.Id) && h.State == HostStates.Connected).Select(h => h.Id).ToListAsync(ct);

    /// <summary>Names of some by id.</summary>
    public Task<Dictionary<string, string>> NamesAsync(IReadOnlyCollection<string> ids, CancellationToken ct) =>
        _db.Hosts.Where(h => ids.Contains(h.Id)).Select(h => new { h.Id, h.Name }).ToDictionaryAsync(h => h.Id, h => h.Name, ct);

    /// <summary>Hosts with this id or name; not tracked.</summary>
    public Task<List<HostRow>> CalledAsync(string nameOrId, CancellationToken ct) =>
        _db.Hosts.AsNoTracking().Where(h => h.Id == nameOrId || h.Name == nameOrId).ToListAsync(ct);
}
