using Lorica.Contracts.Rest;
using Lorica.ControlPlane.HostAdministration;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Tree;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>Hosts, datastores, and the tree in which everything is.</summary>
internal static partial class OperationTable
{
    private const string Nowhere = "nowhere";

    private static IEnumerable<OperationRow> TreeRows() =>
    [
        new("HostService.ProbeAsync", Cluster, [Privileges.AddHostToCluster],
            (c, who) => Hosts(c).ProbeAsync(who, new ProbeHostBody(Nowhere), None)),
        new("HostService.AddAsync", Cluster, [Privileges.AddHostToCluster],
            (c, who) => Hosts(c).AddAsync(who, new AddHostBody(Nowhere, "", ""), None)),
        new("HostService.AddAsync", Datacenter, [Privileges.AddStandaloneHost],
            (c, who) => Hosts(c).AddAsync(who, new AddHostBody(Nowhere, "", "", Cluster: Datacenter), None)),
        new("HostService.RemoveAsync", "h1", [Privileges.RemoveHost], (c, who) => Hosts(c).RemoveAsync(who, "h1", None)),
        new("HostService.MoveAsync", "h1", [Privileges.MoveHost, Privileges.AddHostToCluster],
            (c, who) => Hosts(c).MoveAsync(who, "h1", Cluster, None))
        {
            Elsewhere = new Dictionary<string, string> { [Privileges.AddHostToCluster] = Cluster },
        },
        new("HostService.MaintenanceAsync", "h1", [Privileges.HostMaintenance],
            (c, who) => Hosts(c).MaintenanceAsync(who, "h1", enter: false, None)),
        new("HostService.CryptoAsync", "h1", [Privileges.RegisterHost],
            (c, who) => Hosts(c).CryptoAsync(who, "h1", "prepare", None)),
        new("HostService.CryptoAsync", "h1", [Privileges.RegisterHost],
            (c, who) => Hosts(c).CryptoAsync(who, "h1", "disable", None)),
        new("DatastoreService.ListAsync", Root, [], (c, who) => c.Service<DatastoreService>().ListAsync(who, None)),
        new("DatastoreService.GetAsync", Root, [], (c, who) => c.Service<DatastoreService>().GetAsync(who, "none", None)),
        new("InventoryService.TreeAsync", Root, [], (c, who) => Tree(c).TreeAsync(who, None)),
        new("InventoryService.GetAsync", "dev", [Privileges.View], (c, who) => Tree(c).GetAsync(who, "dev", None)),
        new("InventoryService.CreateAsync", Root, [Privileges.CreateDatacenter], Create(ObjectKinds.Datacenter)),
        new("InventoryService.CreateAsync", Datacenter, [Privileges.CreateCluster], Create(ObjectKinds.Cluster, Datacenter)),
        new("InventoryService.CreateAsync", Datacenter, [Privileges.CreateFolder], Create(ObjectKinds.Folder, Datacenter)),
        new("InventoryService.RenameAsync", Datacenter, [Privileges.RenameDatacenter], Rename(Datacenter)),
        new("InventoryService.RenameAsync", Cluster, [Privileges.RenameCluster], Rename(Cluster)),
        new("InventoryService.RenameAsync", "dev", [Privileges.RenameFolder], Rename("dev")),
        new("InventoryService.MoveAsync", Cluster, [Privileges.EditCluster],
            (c, who) => Tree(c).MoveAsync(who, Cluster, InventoryIds.FirstDatacenter, None)),
        new("InventoryService.MoveAsync", "dev", [Privileges.MoveFolder],
            (c, who) => Tree(c).MoveAsync(who, "dev", InventoryIds.FirstDatacenter, None)),
        new("InventoryService.DeleteAsync", Datacenter, [Privileges.DeleteDatacenter], Delete(InventoryIds.FirstDatacenter)),
        new("InventoryService.DeleteAsync", Cluster, [Privileges.DeleteCluster], Delete(InventoryIds.FirstCluster)),
        new("InventoryService.DeleteAsync", "dev", [Privileges.DeleteFolder], Delete("dev")),
    ];

    private static HostService Hosts(TestCenter center) => center.Service<HostService>();

    private static InventoryService Tree(TestCenter center) => center.Service<InventoryService>();

    private static Func<TestCenter, Caller, Task> Create(string kind, string? parent = null) =>
        (c, who) => Tree(c).CreateAsync(who, new CreateContainerBody(kind, "another " + kind, parent), None);

    private static Func<TestCenter, Caller, Task> Rename(string container) =>
        (c, who) => Tree(c).RenameAsync(who, container, container, None);

    private static Func<TestCenter, Caller, Task> Delete(string container) =>
        (c, who) => Tree(c).DeleteAsync(who, container, None);
}
