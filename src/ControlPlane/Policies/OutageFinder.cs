using System.Globalization;
using Lorica.Contracts.Faults;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Policies;

/// <summary>
/// Finds VMs whose keys have been out of reach for longer than their policy allows, and keeps them from being powered on.
/// </summary>
internal sealed class OutageFinder(CenterStore store, IKeyReach reach, TimeProvider time)
{
    /// <summary>All of them.</summary>
    public Task<List<Outage>> FindAsync(CancellationToken ct) => FindAsync(null, ct);

    /// <summary>
    /// Refuses to power on a VM in such an outage, whatever its rule does to a running one: it would only be paused or shut down
    /// again.
    /// </summary>
    public async Task RequireNoneAsync(VmRow vm, CancellationToken ct)
    {
        if ((await FindAsync(vm.Id, ct)).FirstOrDefault() is { } outage)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.keyOutage", vm.Name,
                string.Create(CultureInfo.InvariantCulture,
                    $"{vm.Name} may not be powered on: {outage.Provider}, which has its key, has been out of reach since "
                        + $"{outage.Since:yyyy-MM-dd HH:mm:ss'Z'}, longer than \"{outage.Policy.Name}\" allows "
                        + $"({outage.Policy.Rules.Outage.After})."),
                $"Bring {outage.Provider} back (lorica kms status), or give the VM a policy with another outage rule."));
        }
    }

    private async Task<List<Outage>> FindAsync(string? vmId, CancellationToken ct)
    {
        var away = await reach.OutSinceAsync(ct);
        if (away.Count == 0)
        {
            return [];
        }

        var (policies, vms, needs) = await store.ReadAsync(
            async db =>
            {
                var policies = await PolicyCatalog.ReadAsync(db, ct);
                var acting = policies.All.Where(p => p.Rules.Outage.Acts).Select(p => p.Id).ToList();
                var vms = await db.Vms.PresentUnderAsync(acting, vmId, ct);
                var needs = await db.KeyRecords.NeedsOfAsync([.. away.Keys], vmId, ct);
                return (policies, vms, needs.ToLookup(n => n.VmId, n => n.Provider));
            },
            ct);

        var now = time.GetUtcNow();
        var found = new List<Outage>();
        foreach (var (vm, policyId) in vms)
        {
            var policy = policies.OfId(policyId);
            if (needs[vm.Id].MinBy(p => away[p]) is { } provider && now - away[provider] >= policy.Rules.Outage.After)
            {
                found.Add(new Outage(vm, policy, provider, away[provider]));
            }
        }

        return found;
    }
}
