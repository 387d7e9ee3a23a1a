using Lorica.ControlPlane.Policies;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Queries;

/// <summary>What the database says beside the rows of VMs.</summary>
/// <param name="Records">Usable records by VM id.</param>
/// <param name="Policies">All storage policies.</param>
/// <param name="Associations">Policy of an object by object id.</param>
/// <param name="Tags">Tags by datastore.</param>
/// <param name="Tasks">Unfinished task by VM id.</param>
/// <param name="Hosts">Hosts by id.</param>
internal sealed record VmContext(
    ILookup<string, KeyRecordRow> Records, PolicySet Policies, Dictionary<string, PolicyAssociationRow> Associations,
    IReadOnlyDictionary<string, IReadOnlySet<string>> Tags, Dictionary<string, string> Tasks, Dictionary<string, HostRow> Hosts)
{
    /// <summary>Names of containers by id.</summary>
    public IReadOnlyDictionary<string, string> Containers { get; init; } = new Dictionary<string, string>();
}
