using Lorica.Contracts.Faults;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

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
            ObjectKinds.Vm => await db.Vms.ParentAsync(target.Id, ct) ?? InventoryIds.Root,
            ObjectKinds.Host => await db.Hosts.ParentAsync(target.Id, ct) ?? InventoryIds.Root,
            ObjectKinds.Datacenter or ObjectKinds.Cluster or ObjectKinds.Folder =>
                await db.Containers.ParentAsync(target.Id, ct) ?? InventoryIds.Root,
            _ => InventoryIds.Root,
        };
        while (next is { Length: > 0 } && path.Count <= MaximumDepth)
        {
            path.Add(next);
            next = next == InventoryIds.Root ? null : await db.Containers.ParentAsync(next, ct) ?? InventoryIds.Root;
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
        if (await db.Containers.FindAsync(reference, ct) is { } byId)
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
            : await db.Containers.WithNameAsync(null, names[0], ct);
        foreach (string name in names.Length > 1 || reference.StartsWith('/') ? names : [])
        {
            found = found.Count == 0 ? [] : await db.Containers.WithNameAsync(found[0], name, ct);
        }

        if (found.Count > 1)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.containerAmbiguous", reference,
                $"Several datacenters, clusters or folders are called {reference}.",
                "Name it by its path, as in Datacenter/folder."));
        }

        string? id = found.FirstOrDefault();
        return id is null ? null : await db.Containers.GetAsync(id, ct);
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

        return await db.Vms.FindInAsync(parent.Id, path[(slash + 1)..], ct);
    }
}
