using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Whoever puts files on a datastore (create, import, clone, relocate, add a disk) needs Datastore.AllocateSpace, beside the
/// privilege of the operation. A datastore hangs below a datacenter: that of the host that
/// writes there, and there it is asked for.
/// </summary>
internal sealed class SpaceRules(CenterStore store, IAuthorizer authorizer)
{
    /// <summary>Returns when the caller may take space of a datastore that this host sees.</summary>
    /// <exception cref="Contracts.Faults.FaultException">NoPermission for Datastore.AllocateSpace at the datacenter.</exception>
    public async Task RequireAsync(Caller caller, string hostId, CancellationToken ct) =>
        await authorizer.RequireAsync(
            caller, Privileges.AllocateSpace, await store.ReadAsync(db => PlaceAsync(db, hostId, ct), ct), ct);

    /// <summary>The datacenter of a host; the root for one that is in none.</summary>
    internal static async Task<ObjectRef> PlaceAsync(CenterDb db, string hostId, CancellationToken ct)
    {
        var path = await InventoryTree.PathAsync(db, new ObjectRef(ObjectKinds.Host, hostId, hostId), ct);
        var datacenter = await db.Containers.DatacenterAmongAsync(path, ct);
        return datacenter is null ? ObjectRef.Root : ObjectRef.Of(datacenter);
    }
}
