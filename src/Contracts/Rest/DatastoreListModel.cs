namespace Lorica.Contracts.Rest;

/// <summary>A datastore with the hosts that see it.</summary>
/// <param name="Id">Id of its marker file.</param>
/// <param name="Name">Name.</param>
/// <param name="Capacity">Bytes.</param>
/// <param name="Free">Bytes.</param>
/// <param name="Vms">VMs on it.</param>
/// <param name="Hosts">Hosts that see it.</param>
public sealed record DatastoreListModel(
    string Id, string Name, long Capacity, long Free, int Vms, IReadOnlyList<DatastoreHostModel> Hosts);
