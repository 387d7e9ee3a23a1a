using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Inventory;

/// <summary>Datastores, as the hosts that see them last told.</summary>
public sealed class DatastoreService(CenterStore store, IAuthorizer authorizer)
{
    /// <summary>All datastores of which the caller sees a host.</summary>
    public async Task<IReadOnlyList<DatastoreListModel>> ListAsync(Caller caller, CancellationToken ct)
    {
        var (stores, seen, hosts, vms) = await store.ReadAsync(
            async db => (await db.Datastores.ListAsync(ct), await db.Datastores.SeenAsync(ct),
                (await db.Hosts.ListAsync(ct)).ToDictionary(h => h.Id), await db.Vms.CountByDatastoreAsync(ct)), ct);
        var visible = new HashSet<string>(StringComparer.Ordinal);
        foreach (var host in hosts.Values)
        {
            if (await authorizer.HoldsAsync(caller, Privileges.View, ObjectRef.Of(host), ct))
            {
                visible.Add(host.Id);
            }
        }

        var result = new List<DatastoreListModel>();
        foreach (var datastore in stores)
        {
            var by = seen.Where(s => s.DatastoreId == datastore.Id && visible.Contains(s.HostId)).ToList();
            if (by.Count > 0)
            {
                var best = by.OrderBy(s => s.Problem.Length).First();
                result.Add(new DatastoreListModel(
                    datastore.Id, datastore.Name, best.Capacity, best.Free, vms.GetValueOrDefault(datastore.Name),
                    [.. by.Select(s => new DatastoreHostModel(hosts[s.HostId].Name, s.Path, s.Problem)).OrderBy(h => h.Host)]));
            }
        }

        // What a host cannot use has no place of its own: it is shown under the name that the host gives it.
        foreach (var other in seen.Where(
            s => visible.Contains(s.HostId) && s.Problem.Length > 0 && stores.TrueForAll(d => d.Id != s.DatastoreId)))
        {
            result.Add(new DatastoreListModel(other.DatastoreId, other.Name, 0, 0, 0,
                [new DatastoreHostModel(hosts[other.HostId].Name, other.Path, other.Problem)]));
        }

        return result;
    }

    /// <summary>One, by name or id.</summary>
    public async Task<DatastoreListModel> GetAsync(Caller caller, string nameOrId, CancellationToken ct)
    {
        var all = await ListAsync(caller, ct);
        return all.FirstOrDefault(d => d.Id == nameOrId) ?? all.FirstOrDefault(d => d.Name == nameOrId)
            ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.datastoreNotFound", nameOrId,
                $"There is no datastore {nameOrId}.", "See `lorica datastore ls`."));
    }
}
