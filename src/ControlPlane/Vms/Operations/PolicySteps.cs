using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Tasks;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Which policy the objects of a VM have.</summary>
internal static class PolicySteps
{
    /// <summary>Associates the objects of a task with its policy.</summary>
    public static async Task AssociateAsync(CenterDb db, WorkContext context, CancellationToken ct)
    {
        if (context.Arguments.PolicyId is not { } policy)
        {
            await CopyAsync(db, context, ct);
            return;
        }

        var objects = context.Arguments.PolicyObjects;
        long rules = context.Arguments.RulesVersion ?? (await PolicyCatalog.ReadAsync(db, ct)).OfId(policy).RulesVersion;
        await db.PolicyAssociations.RemoveAsync(objects, ct);
        foreach (string o in objects.Distinct(StringComparer.Ordinal).Where(o => o.Length > 0))
        {
            db.PolicyAssociations.Add(new PolicyAssociationRow
            {
                ObjectId = o, VmId = context.Vm.Id, PolicyId = policy, RulesVersion = rules,
            });
        }
    }

    /// <summary>The objects of a clone get the policies of those that they are copies of.</summary>
    private static async Task CopyAsync(CenterDb db, WorkContext context, CancellationToken ct)
    {
        var copies = context.Arguments.Copies;
        var sources = copies.Keys.ToList();
        foreach (var row in await db.PolicyAssociations.OfObjectsAsync(sources, ct))
        {
            db.PolicyAssociations.Add(new PolicyAssociationRow
            {
                ObjectId = copies[row.ObjectId], VmId = context.Vm.Id, PolicyId = row.PolicyId, RulesVersion = row.RulesVersion,
            });
        }
    }
}
