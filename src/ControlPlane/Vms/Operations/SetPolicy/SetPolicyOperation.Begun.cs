using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.SetPolicy;

/// <summary>Finishing an encryption that was broken off.</summary>
internal sealed partial class SetPolicyOperation
{
    private static bool IsBegun(VmFiles files, List<KeyRecordRow> records) =>
        files.PendingJob == UnfinishedWork.Encrypt && records.Exists(r => r.InUse);

    /// <summary>
    /// The host finishes everything that a broken-off encryption was to reach, whatever is chosen now, so each object of it gets
    /// its key: those are the ones with a record that is not in use yet.
    /// </summary>
    private static PolicyPlan WithUnfinished(PolicyPlan plan, VmFiles files, List<KeyRecordRow> records)
    {
        if (plan.Action != PolicyAction.Encrypt || !IsBegun(files, records))
        {
            return plan;
        }

        var unfinished = records.Where(r => r is { State: KeyRecordStates.Usable, InUse: false }).Select(r => r.ObjectId)
            .ToHashSet(StringComparer.Ordinal);
        bool home = plan.Home || unfinished.Contains(files.VmId);
        List<VmDisk> disks =
            [.. files.Disks.Where(d => plan.Disks.Contains(d) || (!d.Encrypted && unfinished.Contains(d.ObjectId)))];
        return plan with
        {
            Home = home,
            Disks = disks,

            // What is encrypted by the way has the policy, too.
            PolicyObjects =
            [
                .. plan.PolicyObjects.Union(
                    disks.Select(d => d.ObjectId).Concat(home ? [files.VmId] : []), StringComparer.Ordinal),
            ],
        };
    }

    /// <summary>
    /// The keys that a broken-off encryption was begun with. An object that it did not reach, and whose own key may wrap nothing
    /// any more, gets the home's: otherwise a key that is gone would leave the VM half encrypted for good.
    /// </summary>
    private async Task<List<KeyGroup>> BegunAsync(
        VmRow vm, VmFiles files, List<KeyRecordRow> records, IReadOnlyList<string> objects, CancellationToken ct)
    {
        bool IsUnder(string id) => id == files.VmId ? files.Encrypted
            : files.Disks.Any(d => d.ObjectId == id && (d.Encrypted || d.Transition is not null));
        var home = records.Where(r => r.InUse).MaxBy(r => (r.ObjectId == files.VmId, r.Number))!;
        var groups = new List<KeyGroup>();
        foreach (var begun in KeyPlanner.Begun(objects, records))
        {
            var key = new ExpectedKey(begun.Provider, begun.KeyId!, begun.Kcv!);
            var keeps = (begun.Provider, begun.KeyId) == (home.Provider, home.KeyId)
                || await planner.MayWrapAsync(vm.Name, key, ct) ? begun.Objects : [.. begun.Objects.Where(IsUnder)];
            if (keeps.Count > 0)
            {
                groups.Add(begun with { Objects = keeps });
            }
        }

        List<string> rest = [.. objects.Except(groups.SelectMany(g => g.Objects), StringComparer.Ordinal)];
        return rest.Count == 0 ? groups
            : [.. groups, new KeyGroup { Objects = rest, Provider = home.Provider, KeyId = home.KeyId, Kcv = home.Kcv }];
    }
}
