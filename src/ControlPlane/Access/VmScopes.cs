using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// On which VMs a caller holds a privilege, said by containers: what a page of VMs costs must not depend on how many there are.
/// </summary>
internal static class VmScopes
{
    /// <summary>
    /// The scope. A container decides for each VM right in it as it decides for what is below it; a VM with a permission of its
    /// own is weighed by itself.
    /// </summary>
    public static async Task<VmScope> OfAsync(CenterDb db, CallerAccess access, string privilege, CancellationToken ct)
    {
        var own = access.OwnVms;
        var tree = await TreeState.LoadAsync(db, own, ct);
        bool Below(ObjectRef container) =>
            access.Effective(AccessPath.Of(container, tree.Path), propagated: true).Contains(privilege);
        bool elsewhere = Below(ObjectRef.Root);
        var vms = own.Where(v => tree.Find(ObjectKinds.Vm, v) is not null)
            .ToLookup(v => access.Holds(privilege, AccessPath.Of(new ObjectRef(ObjectKinds.Vm, v, v), tree.Path)));
        return new VmScope(
            elsewhere, [.. tree.Containers.Where(c => Below(ObjectRef.Of(c)) != elsewhere).Select(c => c.Id)],
            [.. vms[true]], [.. vms[false]]);
    }
}
