using Lorica.Contracts.Faults;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tree;

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
    /// <summary>Containers one in another.</summary>
    public const int MaximumDepth = 32;

    /// <summary>The object's id and those above it, nearest first; the last is the root.</summary>
    public Task<IReadOnlyList<string>> PathAsync(ObjectRef target, CancellationToken ct) =>
        store.ReadAsync(db => PathAsync(db, target, ct), ct);

    /// <summary>The same within a transaction.</summary>
    public static async Task<IReadOnlyList<string>> PathAsync(CenterDb db, ObjectRef target, CancellationToken ct)
    {
        var path = new List<string> { target.Id };
        string? next = target.Kind switch
        {
            ObjectKinds.Root => null,
            ObjectKinds.Vm => await db.Raw.Vms.Where(v => v.Id == target.Id)
                .Select(v => v.ParentId).FirstOrDefaultAsync(ct)
                    ?? InventoryIds.Root,
            ObjectKinds.Host => await db.Raw.Hosts.Where(h => h.Id == target.Id)
                .Select(h => h.ParentId).FirstOrDefaultAsync(ct)
                    ?? InventoryIds.Root,
            ObjectKinds.Datacenter or ObjectKinds.Cluster or ObjectKinds.Folder =>
                await db.Raw.Containers.Where(c => c.Id == target.Id).Select(c => c.ParentId).FirstOrDefaultAsync(ct)
                    ?? InventoryIds.Root,
            _ => InventoryIds.Root,
        };
        while (next is { Length: > 0 } && path.Count <= MaximumDepth)
        {
            path.Add(next);
            string id = next;
            next = id == InventoryIds.Root ? null : await db.Raw.Containers.Where(c => c.Id == id)
                .Select(c => c.ParentId).FirstOrDefaultAsync(ct) ?? InventoryIds.Root;
        }

        return path;
    }

    /// <summary>A container by id, by path (<c>Datacenter/prod</c>) or by a name that only one has.</summary>
    /// <exception cref="FaultException">NotFound; InvalidArgument when several have the name.</exception>
    public Task<ContainerRow> FindAsync(string reference, CancellationToken ct) =>
        store.ReadAsync(db => FindAsync(db, reference, ct), ct);

    /// <summary>The same within a transaction.</summary>
    public static async Task<ContainerRow> FindAsync(CenterDb db, string reference, CancellationToken ct) =>
        await FindOrNullAsync(db, reference, ct)
        ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.containerNotFound", reference,
            $"There is no datacenter, cluster or folder {reference}.", "See `lorica inventory ls`."));

    /// <summary>The same; null when there is none.</summary>
    public static async Task<ContainerRow?> FindOrNullAsync(CenterDb db, string reference, CancellationToken ct)
    {
        if (await db.Raw.Containers.FirstOrDefaultAsync(c => c.Id == reference, ct) is { } byId)
        {
            return byId;
        }

        string[] names = reference.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length is 0 or > MaximumDepth)
        {
            return null;
        }

        var found = names.Length > 1 || reference.StartsWith('/')
            ? [InventoryIds.Root]
            : await WithNameAsync(db, null, names[0], ct);
        foreach (string name in names.Length > 1 || reference.StartsWith('/') ? names : [])
        {
            found = found.Count == 0 ? [] : await WithNameAsync(db, found[0], name, ct);
        }

        if (found.Count > 1)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.containerAmbiguous", reference,
                $"Several datacenters, clusters or folders are called {reference}.",
                "Name it by its path, as in Datacenter/folder."));
        }

        string? id = found.FirstOrDefault();
        return id is null ? null : await db.Raw.Containers.FirstAsync(c => c.Id == id, ct);
    }

    /// <summary>Where a VM is put: a datacenter or folder, the first datacenter when none is named.</summary>
    public async Task<ContainerRow> FindPlaceAsync(string? reference, CancellationToken ct)
    {
        var row = await FindAsync(reference ?? InventoryIds.FirstDatacenter, ct);
        return row.Kind is ObjectKinds.Datacenter or ObjectKinds.Folder ? row
            : throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.vmParent", row.Name,
                $"{row.Name} is a {row.Kind}: VMs are in datacenters and folders.", "See `lorica inventory ls`."));
    }

    /// <summary>A VM by its place in the tree: <c>Datacenter/prod/web</c>; null when there is none.</summary>
    public static async Task<VmRow?> FindVmAsync(CenterDb db, string path, CancellationToken ct)
    {
        int slash = path.LastIndexOf('/');
        if (slash <= 0 || await FindOrNullAsync(db, path[..slash], ct) is not { } parent)
        {
            return null;
        }

        string name = path[(slash + 1)..];
        return await db.Raw.Vms.FirstOrDefaultAsync(v => v.ParentId == parent.Id && v.Name == name, ct);
    }

    private static Task<List<string>> WithNameAsync(CenterDb db, string? parentId, string name, CancellationToken ct) =>
        db.Raw.Containers.Where(c => (parentId == null || c.ParentId == parentId)
            && EF.Functions.Collate(c.Name, "NOCASE") == name)
            .Select(c => c.Id).Take(2).ToListAsync(ct);
}
