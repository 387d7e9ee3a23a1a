using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Hosts;

/// <summary>The hosts that the center knows.</summary>
public sealed class HostDirectory(CenterStore store, HostClient hosts, IAuthorizer authorizer)
{
    /// <summary>All hosts, by name.</summary>
    public async Task<IReadOnlyList<HostModel>> ListAsync(Caller caller, CancellationToken ct)
    {
        var access = await authorizer.ViewAsync(caller, ct);
        var rows = (await RowsAsync(ct)).Where(r => access.Holds(Privileges.View, ObjectRef.Of(r)));
        var models = await Task.WhenAll(rows.Select(r => LiveAsync(r, ct)));
        return access.Holds(Privileges.ReadKeyServersInfo, ObjectRef.Root)
            ? models : [.. models.Select(KeyVisibility.WithoutKeys)];
    }

    /// <summary>One host by name or id.</summary>
    public async Task<HostModel> GetAsync(Caller caller, string nameOrId, CancellationToken ct)
    {
        var row = await FindAsync(nameOrId, ct);
        await authorizer.RequireAsync(caller, Privileges.View, ObjectRef.Of(row), ct);
        var model = await LiveAsync(row, ct);
        return await authorizer.HoldsAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct)
            ? model : KeyVisibility.WithoutKeys(model);
    }

    /// <summary>A host by name or id; the only one when <paramref name="nameOrId"/> is null.</summary>
    public async Task<HostRow> FindAsync(string? nameOrId, CancellationToken ct)
    {
        var rows = await RowsAsync(ct);
        if (nameOrId is null)
        {
            return rows.Count == 1 ? rows[0] : throw new FaultException(new Fault(
                FaultTypes.InvalidArgument, "lorica.hostNeeded", "host",
                rows.Count == 0 ? "The center has no host." : "There are several hosts: say which one.",
                "See `lorica host ls`."));
        }

        return rows.Find(r => r.Id == nameOrId) ?? rows.Find(r => r.Name == nameOrId)
            ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.hostNotFound", nameOrId,
                $"There is no host {nameOrId}.", "See `lorica host ls`."));
    }

    /// <summary>State of each host's connection by name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> StatesAsync(CancellationToken ct) =>
        (await RowsAsync(ct))
            .ToDictionary(r => r.Name, r => r.State);

    /// <summary>Refuses when a host is in maintenance: nothing is placed or powered on there.</summary>
    public async Task RequireInServiceAsync(string hostId, CancellationToken ct)
    {
        if (await store.ReadAsync(
            db => db.Hosts.NameInMaintenanceAsync(hostId, ct), ct) is { } name)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.hostMaintenance", name,
                $"{name} is in maintenance.", $"lorica host maintenance exit {name}, or use another host."));
        }
    }

    /// <summary>
    /// For taking over what another host may still hold: to say that it is fenced is to answer for how hosts are connected, and a
    /// wrong word gives a disk two writers.
    /// </summary>
    internal async Task RequireFencingAsync(Caller caller, string hostId, CancellationToken ct) =>
        await authorizer.RequireAsync(caller, Privileges.HostConnection, ObjectRef.Of(await FindAsync(hostId, ct)), ct);

    /// <summary>Refuses a datastore that a host sees and cannot use, with its reason.</summary>
    internal async Task RequireUsableAsync(HostRow host, string? datastore, CancellationToken ct)
    {
        if (datastore is not null
            && await store.ReadAsync(db => db.Datastores.ProblemAsync(host.Id, datastore, ct), ct) is { } problem)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.datastoreProblem", datastore,
                $"{host.Name} cannot use the datastore {datastore}: {problem}", "See `lorica datastore ls`."));
        }
    }

    private Task<List<HostRow>> RowsAsync(CancellationToken ct) =>
        store.ReadAsync(db => db.Hosts.ListAsync(ct), ct);

    /// <summary>As the host tells it now; as it was last seen when it does not answer.</summary>
    private async Task<HostModel> LiveAsync(HostRow row, CancellationToken ct)
    {
        var last = KeptDescriptions.HostOf(row.Description);
        if (row.State != HostStates.Connected)
        {
            return ToModel(row, last with { Keys = [] });
        }

        try
        {
            return ToModel(row, await hosts.Glance(row.Id).Admin.DescribeAsync(ct));
        }
        catch (FaultException)
        {
            return ToModel(row, last);
        }
    }

    private static HostModel ToModel(HostRow row, HostFacts d)
    {
        return new HostModel(
            row.Id, row.Name, row.Address, row.State, d.CryptoMode?.Word() ?? "", d.HardwareAes, d.XtsBackend, d.KeyMemory,
                d.Kvm, d.Version,
            [.. d.Datastores.Select(s => new DatastoreModel(s.Name, s.Path, s.Capacity, s.Free))],
            [.. d.Keys.Select(k => new KeyModel(k.Key.Provider, k.Key.KeyId))])
        {
            Maintenance = row.Maintenance,
            HostKey = d.HostKey is { } key ? new KeyModel(key.Provider, key.KeyId) : null,
            Accelerator = d.Accelerator?.Word() ?? "",
            AcceleratorReason = d.AcceleratorReason,
            Detail = row.Detail,
        };
    }
}
