using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Placement;

/// <summary>Placement by policy, and the tags of datastores that it goes by.</summary>
public sealed class PlacementService(CenterStore store, OperationRunner runner, EventLog events, IAuthorizer authorizer)
{
    /// <summary>Where a VM with <paramref name="policy"/> is put; see <see cref="PlacementRules"/>.</summary>
    internal async Task<string> ChooseAsync(
        StoragePolicy policy, IReadOnlyList<HostDatastore> datastores, string? named, string host, CancellationToken ct) =>
        PlacementRules.Choose(policy, datastores, await store.ReadAsync(db => DatastoreTags.ReadAsync(db, ct), ct), named, host);

    /// <summary>
    /// The host for a VM of which nobody said where it goes; see <see cref="HostChoice"/>. Null when there is only one, or none.
    /// </summary>
    internal Task<HostRow?> ChooseHostAsync(StoragePolicy policy, string? datastore, CancellationToken ct) => store.ReadAsync(
        async db =>
        {
            var hosts = await db.Hosts.ListAsync(ct);
            var vms = await db.Vms.CountByHostAsync(ct);
            return hosts.Count > 1
                ? HostChoice.Choose(policy, hosts, vms, await DatastoreTags.ReadAsync(db, ct), datastore).Host : null;
        },
        ct);

    /// <summary>Refuses unless <paramref name="datastore"/> suits <paramref name="policy"/>; for cloning under it.</summary>
    internal async Task RequireAsync(StoragePolicy policy, string datastore, CancellationToken ct) =>
        PlacementRules.Require(
            policy, datastore, (await store.ReadAsync(db => DatastoreTags.ReadAsync(db, ct), ct)).Of(datastore));

    /// <summary>
    /// Refuses unless <paramref name="datastore"/> suits the policies of a VM's home and disks; for relocating.
    /// </summary>
    internal Task RequireAsync(string vmId, string datastore, CancellationToken ct) => store.ReadAsync(
        async db =>
        {
            var policies = await PolicyCatalog.ReadAsync(db, ct);
            var tags = (await DatastoreTags.ReadAsync(db, ct)).Of(datastore);
            foreach (string id in await db.PolicyAssociations.PoliciesOfVmAsync(vmId, ct))
            {
                PlacementRules.Require(policies.OfId(id), datastore, tags);
            }

            return true;
        },
        ct);

    /// <summary>Tags of a datastore, sorted.</summary>
    public async Task<IReadOnlyList<string>> TagsAsync(Caller caller, string datastore, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.StoragePolicy, ObjectRef.Root, ct);
        await RequireKnownAsync(datastore, ct);
        return await store.ReadAsync(
            async db => (await db.Datastores.TagsAsync([datastore], ct)).Select(t => t.Tag)
                .Order(StringComparer.OrdinalIgnoreCase).ToList(), ct);
    }

    /// <summary>Gives a datastore these tags and no others; what lies there becomes compliant or not by it.</summary>
    public async Task<IReadOnlyList<string>> SetTagsAsync(
        Caller caller, string datastore, IReadOnlyList<string> tags, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.AttachTag, ObjectRef.Root, ct);
        await RequireKnownAsync(datastore, ct);
        var wanted = PolicyChecks.Tags(tags);
        return await runner.RunAsync(
            TaskKinds.DatastoreTag, new ObjectRef(ObjectKinds.Datastore, datastore, datastore), caller,
            _ => store.WriteAsync(
                async db =>
                {
                    await db.Datastores.SetTagsAsync(datastore, wanted, ct);
                    events.Add(db, EventIds.DatastoreTagged, caller, datastore,
                        $"{caller.User} tagged datastore {datastore}: "
                            + $"{(wanted.Count > 0 ? string.Join(", ", wanted) : "no tags")}.");
                    return wanted;
                },
                CancellationToken.None),
            ct);
    }

    private async Task RequireKnownAsync(string datastore, CancellationToken ct)
    {
        if (await store.ReadAsync(db => db.Datastores.IsTakenAsync(datastore, ct), ct))
        {
            return;
        }

        var hosts = await store.ReadAsync(
            db => db.Hosts.DescriptionsAsync(ct), ct);
        if (!hosts.Any(d => KeptDescriptions.HostOf(d).Datastores.Any(s => s.Name == datastore)))
        {
            throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.datastoreNotFound", datastore,
                $"No host has a datastore {datastore}.", "See `lorica host show`."));
        }
    }
}
