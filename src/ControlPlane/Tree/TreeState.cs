using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tree;

/// <summary>The tree in memory, for those who walk many paths; says the same as <see cref="InventoryTree"/>.</summary>
internal sealed class TreeState
{
    private readonly Dictionary<string, ContainerRow> _containers;
    private readonly Dictionary<string, (string Parent, string Name)> _vms;
    private readonly Dictionary<string, (string Parent, string Name)> _hosts;
    private readonly Dictionary<string, IReadOnlyList<string>> _above = new(StringComparer.Ordinal);

    private TreeState(
        Dictionary<string, ContainerRow> containers, Dictionary<string, (string, string)> vms,
        Dictionary<string, (string, string)> hosts)
    {
        _containers = containers;
        _vms = vms;
        _hosts = hosts;
    }

    /// <summary>All containers.</summary>
    public IEnumerable<ContainerRow> Containers => _containers.Values;

    /// <summary>Loads it.</summary>
    public static async Task<TreeState> LoadAsync(CenterDb db, CancellationToken ct) => new(
        (await db.Containers.ListAsync(ct)).ToDictionary(c => c.Id),
        (await db.Vms.PlacesAsync(ct)).ToDictionary(v => v.Id, v => (v.ParentId, v.Name)),
        (await db.Hosts.PlacesAsync(ct)).ToDictionary(h => h.Id, h => (h.ParentId, h.Name)));

    /// <summary>Loads the containers and of all else only these VMs.</summary>
    public static async Task<TreeState> LoadAsync(CenterDb db, IReadOnlyCollection<string> vms, CancellationToken ct) => new(
        (await db.Containers.ListAsync(ct)).ToDictionary(c => c.Id),
        vms.Count == 0 ? [] : (await db.Vms.PlacesAsync(vms, ct)).ToDictionary(v => v.Id, v => (v.ParentId, v.Name)),
        []);

    /// <summary>The object's id and those above it, nearest first; the last is the root.</summary>
    public IReadOnlyList<string> Path(ObjectRef target) => target.Kind switch
    {
        ObjectKinds.Root => [target.Id],
        ObjectKinds.Vm => [target.Id, .. Above(_vms.TryGetValue(target.Id, out var vm) ? vm.Parent : InventoryIds.Root)],
        ObjectKinds.Host =>
            [target.Id, .. Above(_hosts.TryGetValue(target.Id, out var host) ? host.Parent : InventoryIds.Root)],
        ObjectKinds.Datacenter or ObjectKinds.Cluster or ObjectKinds.Folder =>
            [target.Id, .. Above(_containers.GetValueOrDefault(target.Id)?.ParentId ?? InventoryIds.Root)],
        _ => [target.Id, InventoryIds.Root],
    };

    /// <summary>The object of an id as it is now; null when it is not there.</summary>
    public ObjectRef? Find(string kind, string id) => kind switch
    {
        ObjectKinds.Vm => _vms.TryGetValue(id, out var vm) ? new ObjectRef(kind, id, vm.Name) : null,
        ObjectKinds.Host => _hosts.TryGetValue(id, out var host) ? new ObjectRef(kind, id, host.Name) : null,
        _ => _containers.TryGetValue(id, out var container) && container.Kind == kind ? ObjectRef.Of(container) : null,
    };

    /// <summary>A container and those above it.</summary>
    private IReadOnlyList<string> Above(string id)
    {
        if (_above.TryGetValue(id, out var known))
        {
            return known;
        }

        var path = new List<string>();
        for (string? next = id; next is { Length: > 0 } && path.Count < InventoryTree.MaximumDepth;)
        {
            path.Add(next);
            next = next == InventoryIds.Root ? null : _containers.GetValueOrDefault(next)?.ParentId ?? InventoryIds.Root;
        }

        return _above[id] = path;
    }
}
