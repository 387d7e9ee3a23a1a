using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

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
            async db => await db.Raw.Vms.FirstOrDefaultAsync(v => v.Id == nameOrId, ct)
                ?? await db.Raw.Vms.FirstOrDefaultAsync(v => v.Name == nameOrId, ct)
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
        foreach (var vm in await db.Raw.Vms.Where(v => v.Datastore == place.Datastore && v.Snapshot != null).ToListAsync(ct))
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
        store.ReadAsync(db => db.Raw.KeyRecords.Where(r => r.VmId == vmId && r.State == KeyRecordStates.Usable)
            .ToListAsync(ct), ct);

    /// <summary>The highest generation that any record of a VM's objects knows, also of those that are plain now.</summary>
    public Task<Dictionary<string, long>> GenerationsAsync(string vmId, CancellationToken ct) =>
        store.ReadAsync(
            db => db.Raw.KeyRecords.Where(r => r.VmId == vmId).GroupBy(r => r.ObjectId)
                .Select(g => new { g.Key, Generation = g.Max(r => r.Generation) })
                .ToDictionaryAsync(g => g.Key, g => g.Generation, ct),
            ct);

    /// <summary>Everything that the models of <paramref name="vms"/> need.</summary>
    internal Task<VmContext> ContextAsync(IReadOnlyCollection<string> vms, CancellationToken ct) =>
        store.ReadAsync(
            async db => new VmContext(
                (await db.Raw.KeyRecords.Where(r => vms.Contains(r.VmId) && r.State == KeyRecordStates.Usable).ToListAsync(ct))
                    .ToLookup(r => r.VmId),
                await PolicyCatalog.ReadAsync(db, ct),
                (await db.Raw.PolicyAssociations.Where(p => vms.Contains(p.VmId)).ToListAsync(ct)).ToDictionary(p => p.ObjectId),
                await DatastoreTags.ReadAsync(db, ct),
                (await db.Raw.Tasks.Where(t => t.VmId != "" && (t.State == TaskStates.Queued || t.State == TaskStates.Running))
                    .ToListAsync(ct))
                    .ToDictionary(t => t.VmId, t => t.Id),
                await db.Raw.Hosts.ToDictionaryAsync(h => h.Id, ct))
            {
                Containers = await db.Raw.Containers.ToDictionaryAsync(c => c.Id, c => c.Name, ct),
            },
            ct);
}
