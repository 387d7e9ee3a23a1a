using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Vms.Files;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Vms.Queries;

/// <summary>
/// What clients see of VMs: the files themselves as long as their host answers. A page costs the same however many VMs there are:
/// the database picks those that the caller sees, and hosts are asked about these alone.
/// </summary>
public sealed class VmQueries(
    CenterStore store, VmLookup lookup, VmDescriptionCache snapshots, HostClient hosts, IAuthorizer authorizer)
{
    /// <summary>VMs that are looked at together: what hosts tell of so many fits into an answer.</summary>
    private const int Batch = 500;

    /// <summary>All VMs that the caller sees, by name.</summary>
    public async Task<IReadOnlyList<VmModel>> ListAsync(Caller caller, CancellationToken ct) =>
        (await ListAsync(caller, new VmQuery(), ct)).Items;

    /// <summary>
    /// Those of them that are asked for, by name and id: a page, or all. What only the files tell is asked of the hosts for as
    /// many VMs as it takes to fill the page.
    /// </summary>
    public async Task<ListModel<VmModel>> ListAsync(Caller caller, VmQuery query, CancellationToken ct)
    {
        var after = query.After;
        var which = await SelectionAsync(caller, query, ct);
        var found = new List<(VmPlace Place, VmModel Model)>();

        // One more than the page has tells whether another follows.
        int most = query.Limit is { } limit ? limit + 1 : int.MaxValue;
        while (true)
        {
            int take = query.IsOfRows ? Math.Min(Batch, most - found.Count) : Batch;
            var places = await store.ReadAsync(db => db.Vms.PageAsync(which, after, take, ct), ct);
            var models = await ModelsAsync(caller, places.FindAll(p => query.Name?.Matches(p.Name) != false), ct);
            foreach (var place in places)
            {
                if (models.TryGetValue(place.Id, out var model) && query.Matches(model))
                {
                    found.Add((place, model));
                }
            }

            if (found.Count >= most)
            {
                var page = found[..(most - 1)];
                return new ListModel<VmModel>([.. page.Select(f => f.Model)], VmQuery.CursorOf(page[^1].Place));
            }

            if (places.Count < take)
            {
                // One that was renamed meanwhile may have come twice.
                return new ListModel<VmModel>([.. found.Select(f => f.Model).DistinctBy(m => m.Id, StringComparer.Ordinal)]);
            }

            after = (places[^1].Name, places[^1].Id);
        }
    }

    /// <summary>One VM by name or id.</summary>
    public async Task<VmModel> GetAsync(Caller caller, string nameOrId, CancellationToken ct)
    {
        var row = await lookup.FindAsync(nameOrId, ct);
        await authorizer.RequireAsync(caller, Privileges.View, ObjectRef.Of(row), ct);
        VmFiles? live = null;
        try
        {
            live = await snapshots.DescribeAsync(row.HostId, row.Id, ct);
        }
        catch (FaultException)
        {
            // Shown as it was last seen, compliance unknown.
        }

        // Read again after the host answered: a job may have ended between, and records must not be older than the files.
        var view = new VmView(await lookup.FindAsync(row.Id, ct), live);
        var model = VmModelBuilder.Build(view, await store.ReadAsync(db => VmContext.ReadAsync(db, [view], ct), ct));
        return await authorizer.HoldsAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct)
            ? model : KeyVisibility.WithoutKeys(model);
    }

    private async Task<VmSelection> SelectionAsync(Caller caller, VmQuery query, CancellationToken ct)
    {
        var which = new VmSelection(await authorizer.VmsAsync(caller, Privileges.View, ct))
        {
            Name = query.Name,
            CryptoState = query.CryptoState,
        };
        return query.Host is null && query.Policy is null ? which : await store.ReadAsync(
            async db =>
            {
                if (query.Host is { } host)
                {
                    which = which with
                    {
                        Hosts = [.. (await db.Hosts.PlacesAsync(ct)).Where(h => host.Matches(h.Name)).Select(h => h.Id)],
                    };
                }

                if (query.Policy is { } policy)
                {
                    var wanted = (await PolicyCatalog.ReadAsync(db, ct)).All.ToLookup(p => policy.Matches(p.Name), p => p.Id);

                    // What has no policy, or one that is gone, has the default.
                    which = wanted[true].Contains(PolicyCatalog.DatastoreDefault.Id)
                        ? which with { NotPolicies = [.. wanted[false]] } : which with { Policies = [.. wanted[true]] };
                }

                return which;
            },
            ct);
    }

    /// <summary>What the caller sees of some VMs, by id.</summary>
    private async Task<Dictionary<string, VmModel>> ModelsAsync(Caller caller, List<VmPlace> vms, CancellationToken ct)
    {
        if (vms.Count == 0)
        {
            return [];
        }

        var byHost = vms.GroupBy(v => v.HostId, v => v.Id, StringComparer.Ordinal).ToList();
        var connected = await store.ReadAsync(db => db.Hosts.ThoseConnectedAsync([.. byHost.Select(h => h.Key)], ct), ct);

        // By host too: a copy of a VM's files may lie on another host, which is not asked about it.
        var live = (await Task.WhenAll(byHost.Where(h => connected.Contains(h.Key)).Select(
            async h => (await AskAsync(h.Key, h.ToHashSet(StringComparer.Ordinal), ct)).Select(v => (Host: h.Key, Files: v)))))
            .SelectMany(v => v).ToDictionary(v => (v.Host, v.Files.VmId), v => v.Files);

        // Read again after the hosts answered: a job may have ended between, and records must not be older than the files.
        var scope = await authorizer.VmsAsync(caller, Privileges.View, ct);
        bool keys = await authorizer.HoldsAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct);
        var (views, context) = await store.ReadAsync(
            async db =>
            {
                var rows = await db.Vms.ListAsync(scope, [.. vms.Select(v => v.Id)], ct);
                List<VmView> views = [.. rows.Select(r => new VmView(r, live.GetValueOrDefault((r.HostId, r.Id))))];
                return (views, await VmContext.ReadAsync(db, views, ct));
            },
            ct);
        var models = views.Select(v => VmModelBuilder.Build(v, context));
        return (keys ? models : models.Select(KeyVisibility.WithoutKeys)).ToDictionary(m => m.Id, StringComparer.Ordinal);
    }

    private async Task<IReadOnlyList<VmFiles>> AskAsync(string hostId, HashSet<string> vms, CancellationToken ct)
    {
        try
        {
            return await hosts.Glance(hostId).Vms.ListAsync(vms, ct);
        }
        catch (FaultException)
        {
            return [];
        }
    }
}
