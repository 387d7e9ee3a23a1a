using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Vms.Files;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Vms.Queries;

/// <summary>What clients see of VMs: the files themselves as long as their host answers.</summary>
public sealed class VmQueries(
    CenterStore store, VmLookup lookup, VmDescriptionCache snapshots, HostClient hosts, IAuthorizer authorizer)
{
    /// <summary>All VMs, by name.</summary>
    public async Task<IReadOnlyList<VmModel>> ListAsync(Caller caller, CancellationToken ct)
    {
        var rows = await VisibleAsync(caller, ct);
        var connected = await store.ReadAsync(
            db => db.Raw.Hosts.Where(h => h.State == HostStates.Connected).Select(h => h.Id).ToListAsync(ct), ct);
        var shown = rows.Select(r => r.HostId).Distinct(StringComparer.Ordinal).Where(connected.Contains);

        // By host too: a copy of a VM's files may lie on another host, which is not asked about it.
        var live = (await Task.WhenAll(shown.Select(async h => (await ListAsync(h, ct)).Select(v => (Host: h, Files: v)))))
            .SelectMany(v => v).ToDictionary(v => (v.Host, v.Files.VmId), v => v.Files);

        // Read again after the hosts answered: a job may have ended between, and records must not be older than the files.
        rows = await VisibleAsync(caller, ct);
        bool keys = await authorizer.HoldsAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct);
        var context = await lookup.ContextAsync([.. rows.Select(r => r.Id)], ct);
        var models = rows.Select(r => VmModelBuilder.Build(r, live.GetValueOrDefault((r.HostId, r.Id)), context));
        return [.. keys ? models : models.Select(KeyVisibility.WithoutKeys)];
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
        var context = await lookup.ContextAsync([row.Id], ct);
        var model = VmModelBuilder.Build(await lookup.FindAsync(row.Id, ct), live, context);
        return await authorizer.HoldsAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct)
            ? model : KeyVisibility.WithoutKeys(model);
    }

    private async Task<List<VmRow>> VisibleAsync(Caller caller, CancellationToken ct)
    {
        var access = await authorizer.ViewAsync(caller, ct);
        var rows = await store.ReadAsync(db => db.Raw.Vms.OrderBy(v => v.Name).ToListAsync(ct), ct);
        rows.RemoveAll(r => !access.Holds(Privileges.View, ObjectRef.Of(r)));
        return rows;
    }

    private async Task<IReadOnlyList<VmFiles>> ListAsync(string hostId, CancellationToken ct)
    {
        try
        {
            return await hosts.Glance(hostId).Vms.ListAsync(ct);
        }
        catch (FaultException)
        {
            return [];
        }
    }
}
