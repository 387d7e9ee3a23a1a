using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Inventory;

/// <summary>
/// Who is below whom.
/// <code>
/// root ─ datacenter ┬ cluster ─ host
///                   ├ host
///                   ├ folder ─ folder … ─ VM
///                   └ VM
/// </code>
/// Whatever else there is (policies, key providers, people) hangs at the root.
/// </summary>
public sealed class InventoryTree(CenterStore store)
{
    /// <summary>Id of the root.</summary>
    public const string RootId = "root";

    /// <summary>The datacenter that a center has from its start.</summary>
    public const string FirstDatacenter = "datacenter-1";

    /// <summary>The cluster that a center has from its start.</summary>
    public const string FirstCluster = "cluster-1";

    /// <summary>Containers one in another.</summary>
    public const int MaximumDepth = 32;

    /// <summary>The object's id and those above it, nearest first; the last is the root.</summary>
    public Task<IReadOnlyList<string>> PathAsync(ObjectRef target, CancellationToken ct) =>
        store.ReadAsync(db => PathAsync(db, target, ct), ct);

    /// <summary>The same within a transaction.</summary>
    public static async Task<IReadOnlyList<string>> PathAsync(CenterDb db, ObjectRef target, CancellationToken ct)
    {
        var path = new List<string> { target.Id };
        var next = target.Kind switch
        {
            ObjectKinds.Root => null,
            ObjectKinds.Vm => await db.Vms.Where(v => v.Id == target.Id).Select(v => v.ParentId).FirstOrDefaultAsync(ct) ?? RootId,
            ObjectKinds.Host => await db.Hosts.Where(h => h.Id == target.Id).Select(h => h.ParentId).FirstOrDefaultAsync(ct) ?? RootId,
            ObjectKinds.Datacenter or ObjectKinds.Cluster or ObjectKinds.Folder =>
                await db.Containers.Where(c => c.Id == target.Id).Select(c => c.ParentId).FirstOrDefaultAsync(ct) ?? RootId,
            _ => RootId,
        };
        while (next is { Length: > 0 } && path.Count <= MaximumDepth)
        {
            path.Add(next);
            var id = next;
            next = id == RootId ? null : await db.Containers.Where(c => c.Id == id).Select(c => c.ParentId).FirstOrDefaultAsync(ct) ?? RootId;
        }

        return path;
    }

    /// <summary>A container by id or name; NotFound otherwise.</summary>
    public async Task<ContainerRow> FindAsync(string nameOrId, CancellationToken ct) =>
        await store.ReadAsync(
            async db => await db.Containers.FirstOrDefaultAsync(c => c.Id == nameOrId, ct)
                ?? await db.Containers.FirstOrDefaultAsync(c => c.Name == nameOrId, ct), ct)
        ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.containerNotFound", nameOrId,
            $"There is no datacenter, cluster or folder {nameOrId}.", "See `lorica inventory ls`."));
}
