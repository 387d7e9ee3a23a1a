using Lorica.Contracts.Faults;
using Lorica.Contracts.Names;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Inventory;

/// <summary>Datacenters, clusters and folders: made, renamed, moved, deleted when empty; and the tree as a whole.</summary>
public sealed class InventoryService(
    CenterStore store, IAuthorizer authorizer, MoveRules moves, OperationRunner runner, EventLog events)
{

    /// <summary>The tree, as far as the caller sees it.</summary>
    public async Task<IReadOnlyList<InventoryNodeModel>> TreeAsync(Caller caller, CancellationToken ct)
    {
        var (containers, hosts, vms) = await store.ReadAsync(
            async db => (await db.Containers.ListAsync(ct), await db.Hosts.ListAsync(ct), await db.Vms.ListAsync(ct)), ct);
        var nodes = new List<InventoryNodeModel>();
        async Task AddAsync(ContainerRow container, string path, int depth)
        {
            int at = nodes.Count;
            nodes.Add(new InventoryNodeModel(container.Kind, container.Id, container.Name, path, depth, ""));
            string Below(string name) => container.Kind == ObjectKinds.Root ? name : $"{path}/{name}";
            foreach (var child in containers.Where(c => c.ParentId == container.Id).OrderBy(c => c.Kind).ThenBy(c => c.Name))
            {
                await AddAsync(child, Below(child.Name), depth + 1);
            }

            foreach (var host in hosts.Where(h => h.ParentId == container.Id).OrderBy(h => h.Name))
            {
                if (await authorizer.HoldsAsync(caller, Privileges.View, ObjectRef.Of(host), ct))
                {
                    nodes.Add(new InventoryNodeModel(ObjectKinds.Host, host.Id, host.Name, Below(host.Name), depth + 1,
                        host.Maintenance ? $"{host.State}, maintenance" : host.State));
                }
            }

            foreach (var vm in vms.Where(v => v.ParentId == container.Id).OrderBy(v => v.Name))
            {
                if (await authorizer.HoldsAsync(caller, Privileges.View, ObjectRef.Of(vm), ct))
                {
                    nodes.Add(new InventoryNodeModel(ObjectKinds.Vm, vm.Id, vm.Name, Below(vm.Name), depth + 1, vm.CryptoState));
                }
            }

            // A container that they may not see is shown only as the way to what they may.
            if (nodes.Count == at + 1 && !await authorizer.HoldsAsync(caller, Privileges.View, ObjectRef.Of(container), ct))
            {
                nodes.RemoveAt(at);
            }
        }

        await AddAsync(containers.First(c => c.Kind == ObjectKinds.Root), "/", 0);
        return nodes;
    }

    /// <summary>One container, by id, path or name.</summary>
    public async Task<ContainerModel> GetAsync(Caller caller, string container, CancellationToken ct)
    {
        var row = await FindAsync(container, null, ct);
        await authorizer.RequireAsync(caller, Privileges.View, ObjectRef.Of(row), ct);
        return await ModelAsync(row, ct);
    }

    /// <summary>Makes one.</summary>
    public async Task<ContainerModel> CreateAsync(Caller caller, CreateContainerBody body, CancellationToken ct)
    {
        CheckName(body.Name);
        var parent = await ParentAsync(body.Kind, body.Parent, ct);
        await authorizer.RequireAsync(caller, body.Kind switch
        {
            ObjectKinds.Datacenter => Privileges.CreateDatacenter,
            ObjectKinds.Cluster => Privileges.CreateCluster,
            ObjectKinds.Folder => Privileges.CreateFolder,
            _ => throw NoKind(body.Kind),
        }, ObjectRef.Of(parent), ct);
        var row = new ContainerRow
        {
            Id = $"{body.Kind}-{Guid.NewGuid():N}", Kind = body.Kind, Name = body.Name, ParentId = parent.Id,
        };
        await WriteAsync(HostTaskKinds.CreateContainer, caller, row, $"made {row.Kind} {row.Name} in {parent.Name}", async db =>
        {
            await RequireDepthAsync(db, parent, 1, ct);
            db.Containers.Add(row);
        }, ct);
        return await ModelAsync(row, ct);
    }

    /// <summary>Renames one.</summary>
    public async Task<ContainerModel> RenameAsync(Caller caller, string container, string name, CancellationToken ct)
    {
        CheckName(name);
        var row = await FindAsync(container, null, ct);
        await authorizer.RequireAsync(caller, row.Kind switch
        {
            ObjectKinds.Datacenter => Privileges.RenameDatacenter,
            ObjectKinds.Cluster => Privileges.RenameCluster,
            ObjectKinds.Folder => Privileges.RenameFolder,
            _ => throw NoKind(row.Kind),
        }, ObjectRef.Of(row), ct);
        await WriteAsync(HostTaskKinds.RenameContainer, caller, row, $"renamed {row.Kind} {row.Name} to {name}",
            async db => (await db.Containers.GetAsync(row.Id, ct)).Name = name, ct);
        return await ModelAsync(await FindAsync(row.Id, null, ct), ct);
    }

    /// <summary>Moves a cluster or a folder, with all that is in it.</summary>
    public async Task<ContainerModel> MoveAsync(Caller caller, string container, string parent, CancellationToken ct)
    {
        var row = await FindAsync(container, null, ct);
        if (row.Kind == ObjectKinds.Datacenter)
        {
            throw Invalid("lorica.datacenterMove", row.Name, "A datacenter is below the root, and stays there.");
        }

        var target = await ParentAsync(row.Kind, parent, ct);
        string privilege = row.Kind == ObjectKinds.Cluster ? Privileges.EditCluster : Privileges.MoveFolder;
        await authorizer.RequireAsync(caller, privilege, ObjectRef.Of(row), ct);
        await authorizer.RequireAsync(caller, privilege, ObjectRef.Of(target), ct);
        await moves.RequireAsync(caller, ObjectRef.Of(row), ObjectRef.Of(target), ct);
        await WriteAsync(HostTaskKinds.MoveContainer, caller, row, $"moved {row.Kind} {row.Name} to {target.Name}", async db =>
        {
            if ((await InventoryTree.PathAsync(db, ObjectRef.Of(target), ct)).Contains(row.Id))
            {
                throw Invalid("lorica.containerCycle", row.Name, $"{target.Name} is {row.Name} itself, or is in it.");
            }

            await RequireDepthAsync(db, target, await HeightAsync(db, row.Id, ct), ct);
            (await db.Containers.GetAsync(row.Id, ct)).ParentId = target.Id;
        }, ct);
        return await ModelAsync(await FindAsync(row.Id, null, ct), ct);
    }

    /// <summary>Deletes one that is empty.</summary>
    public async Task DeleteAsync(Caller caller, string container, CancellationToken ct)
    {
        var row = await FindAsync(container, null, ct);
        await authorizer.RequireAsync(caller, row.Kind switch
        {
            ObjectKinds.Datacenter => Privileges.DeleteDatacenter,
            ObjectKinds.Cluster => Privileges.DeleteCluster,
            ObjectKinds.Folder => Privileges.DeleteFolder,
            _ => throw NoKind(row.Kind),
        }, ObjectRef.Of(row), ct);
        await WriteAsync(HostTaskKinds.DeleteContainer, caller, row, $"deleted {row.Kind} {row.Name}", async db =>
        {
            var inside = await db.Containers.NamesOfContentAsync(row.Id, ct);
            if (inside.Count > 0)
            {
                throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.containerNotEmpty", row.Name,
                    $"{row.Name} is not empty: {string.Join(", ", inside)}.", "Move what is in it elsewhere first."));
            }

            await db.Containers.RemoveAsync(row.Id, ct);
        }, ct);
    }

    /// <summary>A container that is no root, of a kind if that is given.</summary>
    public async Task<ContainerRow> FindAsync(string reference, string? kind, CancellationToken ct)
    {
        var row = await store.ReadAsync(db => InventoryTree.FindAsync(db, reference, ct), ct);
        return row.Kind == ObjectKinds.Root || (kind is not null && row.Kind != kind)
            ? throw Invalid("lorica.containerKind", reference, $"{reference} is a {row.Kind}.")
            : row;
    }

    private static FaultException NoKind(string kind) =>
        Invalid("lorica.containerKind", kind, "There are datacenters, clusters and folders.");

    private async Task<ContainerRow> ParentAsync(string kind, string? parent, CancellationToken ct)
    {
        if (kind is not (ObjectKinds.Datacenter or ObjectKinds.Cluster or ObjectKinds.Folder))
        {
            throw NoKind(kind);
        }

        var row = await store.ReadAsync(
            async db => parent is not null ? await InventoryTree.FindAsync(db, parent, ct)
                : kind == ObjectKinds.Datacenter ? await db.Containers.GetAsync(InventoryIds.Root, ct)
                : await db.Containers.OfKindAsync(ObjectKinds.Datacenter, ct) is [var only] ? only
                : throw Invalid("lorica.parentNeeded", kind, "There are several datacenters: say where."),
            ct);
        bool fits = kind switch
        {
            ObjectKinds.Datacenter => row.Kind == ObjectKinds.Root,
            ObjectKinds.Cluster => row.Kind == ObjectKinds.Datacenter,
            ObjectKinds.Folder => row.Kind is ObjectKinds.Datacenter or ObjectKinds.Folder,
            _ => throw NoKind(kind),
        };
        return fits ? row : throw Invalid("lorica.containerParent", row.Name,
            $"A {kind} cannot be in a {row.Kind}: datacenters are below the root, clusters in a datacenter, folders in a "
                + "datacenter or a folder.");
    }

    private Task WriteAsync(
        string kind, Caller caller, ContainerRow about, string what, Func<CenterDb, Task> write, CancellationToken ct) =>
        runner.RunAsync(kind, ObjectRef.Of(about), caller, _ => WriteAsync(caller, about, what, write, ct), ct);

    private async Task WriteAsync(
        Caller caller, ContainerRow about, string what, Func<CenterDb, Task> write, CancellationToken ct)
    {
        try
        {
            await store.WriteAsync(
                async db =>
                {
                    await write(db);
                    events.Add(db, EventIds.ContainerChanged, caller, ObjectRef.Of(about), $"{caller.User} {what}.");
                },
                ct);
        }
        catch (Exception e) when (CenterStore.IsDuplicate(e))
        {
            throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.containerExists", about.Name,
                "Another datacenter, cluster or folder has that name there.", "Choose another name."), e);
        }
    }

    private static async Task RequireDepthAsync(CenterDb db, ContainerRow parent, int levels, CancellationToken ct)
    {
        if ((await InventoryTree.PathAsync(db, ObjectRef.Of(parent), ct)).Count + levels > InventoryTree.MaximumDepth - 2)
        {
            throw Invalid("lorica.containerDepth", parent.Name, $"Containers lie at most {InventoryTree.MaximumDepth - 2} deep.");
        }
    }

    private static async Task<int> HeightAsync(CenterDb db, string id, CancellationToken ct)
    {
        List<string> level = [id];
        for (int height = 1; ; height++)
        {
            level = await db.Containers.InAsync(level, ct);
            if (level.Count == 0)
            {
                return height;
            }
        }
    }

    private Task<ContainerModel> ModelAsync(ContainerRow row, CancellationToken ct) => store.ReadAsync(
        async db =>
        {
            var path = (await InventoryTree.PathAsync(db, ObjectRef.Of(row), ct)).SkipLast(1).Reverse().ToList();
            var names = await db.Containers.NamesAsync(path, ct);
            return new ContainerModel(row.Id, row.Kind, row.Name, string.Join('/', path.Select(p => names[p])), row.ParentId);
        },
        ct);

    private static void CheckName(string name)
    {
        if (!NameRule.Allows(name) || name.Contains('[', StringComparison.Ordinal) || name == InventoryIds.Root)
        {
            throw Invalid("lorica.containerName", "inventory",
                $"{NameRule.Text} In the inventory it has no [ either, and is not \"{InventoryIds.Root}\".");
        }
    }

    private static FaultException Invalid(string key, string target, string message) =>
        new(new Fault(FaultTypes.InvalidArgument, key, target, message, "See `lorica inventory ls`."));
}
