using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Policies;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Placement;

/// <summary>
/// On which host a VM is put when nobody names one, pure:
/// <code>
/// 1 connected, and not in maintenance
/// 2 sees a datastore that <see cref="PlacementRules"/> take: the one that was named, or one that fits the policy
/// 3 of those, when the VM is to be encrypted, one that is in encryption mode: it needs no privilege to put it there
/// 4 of those, the one with the fewest VMs; of equal ones the first by name
/// </code>
/// </summary>
internal static class HostChoice
{
    /// <summary>The host, and the datastore there.</summary>
    public static (HostRow Host, string Datastore) Choose(
        StoragePolicy policy, IReadOnlyList<HostRow> hosts, IReadOnlyDictionary<string, int> vms,
        IReadOnlyDictionary<string, IReadOnlySet<string>> tags, string? datastore)
    {
        var fitting = new List<(HostRow Host, string Datastore, bool Safe)>();
        var reasons = new List<string>();
        foreach (var host in hosts)
        {
            if (Unfit(host) is { } reason)
            {
                reasons.Add(reason);
                continue;
            }

            var description = KeptDescriptions.HostOf(host.Description);
            try
            {
                var usable = description.Datastores.Where(d => d.Problem.Length == 0).ToList();
                string place = PlacementRules.Choose(policy, usable, tags, datastore, host.Name);
                fitting.Add((host, place, description.CryptoMode == HostCryptoMode.Safe));
            }
            catch (FaultException e)
            {
                reasons.Add(e.Fault.Message.TrimEnd('.'));
            }
        }

        if (fitting.Count == 0)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.noHostFits", "host",
                $"No host can take it: {string.Join("; ", reasons)}.",
                "See `lorica host ls` and `lorica datastore ls`, or name a host: --host."));
        }

        var best = fitting.OrderByDescending(f => policy.Encryption && f.Safe).ThenBy(f => vms.GetValueOrDefault(f.Host.Id))
            .ThenBy(f => f.Host.Name, StringComparer.Ordinal).First();
        return (best.Host, best.Datastore);
    }

    private static string? Unfit(HostRow host) =>
        host.State != HostStates.Connected || host.Description is null ? $"{host.Name} is not connected"
        : host.Maintenance ? $"{host.Name} is in maintenance"
        : null;
}
