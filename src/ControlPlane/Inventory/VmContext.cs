using Lorica.ControlPlane.Store;

namespace Lorica.ControlPlane.Inventory;

/// <summary>What the database says beside the rows of VMs.</summary>
/// <param name="Records">Usable records by VM id.</param>
/// <param name="Policies">Policy id by object id.</param>
/// <param name="Tasks">Unfinished task by VM id.</param>
/// <param name="Hosts">Hosts by id.</param>
internal sealed record VmContext(
    ILookup<string, KeyRecordRow> Records, Dictionary<string, string> Policies, Dictionary<string, string> Tasks,
    Dictionary<string, HostRow> Hosts);
