using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Queries;

/// <summary>Finds VMs and what belongs to them in the database.</summary>
public sealed class VmLookup(CenterStore store)
{
    /// <summary>
    /// By id, by name, by place in the tree (<c>Datacenter/prod/web</c>) or by path on its datastore
    /// (<c>[datastore1] web/web.vmx</c>); NotFound otherwise.
    /// </summary>
    public async Task<VmRow> FindAsync(string nameOrId, CancellationToken ct) =>
        await store.ReadAsync(
            async db => await db.Vms.FindAsync(nameOrId, ct)
                ?? await db.Vms.FindByNameAsync(nameOrId, ct)
                ?? await FindByPathAsync(db, nameOrId, ct),
            ct)
        ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.vmNotFound", nameOrId,
            $"There is no VM {nameOrId}.", "See `lorica vm ls`."));

    private static async Task<VmRow?> FindByPathAsync(CenterDb db, string path, CancellationToken ct)
    {
        // A slash within one segment of a URL stays encoded.
        path = path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        if (DatastorePath.Parse(path) is not { } place)
        {
            return await InventoryTree.FindVmAsync(db, path, ct);
        }

        // Where its files were last seen.
        foreach (var vm in await db.Vms.SeenOnDatastoreAsync(place.Datastore, ct))
        {
            if (DatastorePath.Parse(KeptDescriptions.FilesOf(vm.Snapshot).Path) == place)
            {
                return vm;
            }
        }

        return null;
    }

    /// <summary>Usable records of a VM.</summary>
    public Task<List<KeyRecordRow>> RecordsAsync(string vmId, CancellationToken ct) =>
        store.ReadAsync(db => db.KeyRecords.UsableOfAsync(vmId, ct), ct);

    /// <summary>The highest generation that any record of a VM's objects knows, also of those that are plain now.</summary>
    public Task<Dictionary<string, long>> GenerationsAsync(string vmId, CancellationToken ct) =>
        store.ReadAsync(db => db.KeyRecords.GenerationsAsync(vmId, ct), ct);
}
