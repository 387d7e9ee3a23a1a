using Lorica.Contracts.Faults;
using Lorica.Store;

namespace Lorica.ControlPlane.Policies;

/// <summary>
/// Who has a policy, all of it rows: associations of VM homes and disks with it, and unfinished tasks that carry it out. Both are
/// written in the transaction that finds it still there (<see cref="RequireUnchangedAsync"/>), so none is deleted in between.
/// </summary>
public sealed class PolicyUsers
{
    private const int MaximumNames = 20;

    /// <summary>Refuses while anything has <paramref name="policy"/>, and names it.</summary>
    internal async Task RefuseUsedAsync(CenterDb db, StoragePolicy policy, CancellationToken ct)
    {
        var names = (await db.Vms.NamesUnderAsync(policy.Id, ct)).Order(StringComparer.Ordinal).ToList();
        names.AddRange((await db.Tasks.UnfinishedUnderAsync(policy.Id, ct)).Select(t => $"{t.Target} (task {t.Id})"));
        if (names.Count > 0)
        {
            string more = names.Count > MaximumNames ? $" and {names.Count - MaximumNames} more" : "";
            throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.policyInUse", policy.Name,
                $"\"{policy.Name}\" is used by {string.Join(", ", names.Take(MaximumNames))}{more}.",
                "Give them another policy first."));
        }
    }

    /// <summary>
    /// Within the transaction that begins work under <paramref name="policy"/>: it must still be there with the same rules.
    /// </summary>
    internal static async Task RequireUnchangedAsync(CenterDb db, StoragePolicy policy, CancellationToken ct)
    {
        if ((await PolicyCatalog.ReadAsync(db, ct)).All.All(p => p.Id != policy.Id || p.RulesVersion != policy.RulesVersion))
        {
            throw Changed(policy);
        }
    }

    internal static FaultException Changed(StoragePolicy policy) => new(new Fault(
        FaultTypes.ResourceInUse, "lorica.policyChanged", policy.Name,
        $"\"{policy.Name}\" was edited or deleted meanwhile.", "Look at it again, then repeat."));
}
