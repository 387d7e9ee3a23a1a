using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Queries;

/// <summary>What the database says beside the rows of VMs that are shown.</summary>
/// <param name="Records">Usable records by VM id.</param>
/// <param name="Policies">Storage policies of their objects.</param>
/// <param name="Associations">Policy of an object by object id.</param>
/// <param name="Tags">Tags by datastore, of the datastores on which they are.</param>
/// <param name="Tasks">Unfinished task by VM id.</param>
/// <param name="Hosts">Names of hosts by id.</param>
/// <param name="Containers">Names of containers by id.</param>
internal sealed record VmContext(
    ILookup<string, KeyRecordRow> Records, PolicySet Policies, Dictionary<string, PolicyAssociationRow> Associations,
    IReadOnlyDictionary<string, IReadOnlySet<string>> Tags, Dictionary<string, string> Tasks, Dictionary<string, string> Hosts,
    Dictionary<string, string> Containers)
{
    /// <summary>Everything that the models of <paramref name="vms"/> need, and nothing of other VMs.</summary>
    public static async Task<VmContext> ReadAsync(CenterDb db, IReadOnlyList<VmView> vms, CancellationToken ct)
    {
        List<string> ids = [.. vms.Select(v => v.Row.Id)];
        var records = await db.KeyRecords.UsableOfAsync(ids, ct);
        var associations = await db.PolicyAssociations.OfVmsAsync(ids, ct);
        var paths = vms.SelectMany(v => v.Files.Disks.Select(d => d.Path).Prepend(v.Files.Path));
        var hosts = vms.SelectMany(v => new[] { v.Row.HostId, v.Files.Lock?.HostId }).OfType<string>();
        return new VmContext(
            records.ToLookup(r => r.VmId),
            await PolicyCatalog.ReadAsync(db, [.. associations.Select(a => a.PolicyId).Distinct(StringComparer.Ordinal)], ct),
            associations.ToDictionary(a => a.ObjectId),
            await DatastoreTags.ReadAsync(db, [.. paths.Select(DatastoreTags.OfPath).Distinct(StringComparer.Ordinal)], ct),
            await db.Tasks.UnfinishedOfVmsAsync(ids, ct),
            await db.Hosts.NamesAsync([.. hosts.Distinct(StringComparer.Ordinal)], ct),
            await db.Containers.NamesAsync([.. vms.Select(v => v.Row.ParentId).Distinct(StringComparer.Ordinal)], ct));
    }
}
