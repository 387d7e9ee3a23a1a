using System.Collections.Concurrent;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Brokers;
using Lorica.ControlPlane.Hosts;
using Lorica.Model;
using Lorica.Store;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Removes keys from a host that no record of a VM on it names any more, or that were removed by force. The one door through
/// which a host drops a key. The KMS keeps its copy always.
/// <code>
/// 1 needed   a key that a record of a VM on this host names stays, unless it was removed by force
/// 2 proof    the broker fetches each from the KMS and compares the check value: what the KMS does not have any more stays
///            (alarm "last copy"), what cannot be proven now stays and is looked at again
/// 3 drop     a key that a powered-on VM uses is pinned: it stays and goes at power-off
/// </code>
/// What stayed is found again by <see cref="SweepAsync"/>: at each reconciliation, and when a VM on the host was powered off.
/// </summary>
public sealed partial class KeyReleaser(
    CenterStore store, HostClient hosts, BrokerLink broker, KeyAlarms alarms, ILogger<KeyReleaser> log)
{
    /// <summary>Hosts that hold what they should drop.</summary>
    private readonly ConcurrentDictionary<string, bool> _waiting = new(StringComparer.Ordinal);

    /// <summary>Whether something may be dropped once a VM on the host is powered off.</summary>
    public bool WaitsFor(string hostId) => _waiting.ContainsKey(hostId);

    /// <summary>Removes those of <paramref name="keys"/> that the host holds and nothing needs.</summary>
    public async Task ReleaseAsync(string hostId, IReadOnlyList<ExpectedKey> keys, CancellationToken ct)
    {
        try
        {
            var host = await hosts.Once(hostId).Admin.DescribeAsync(ct);
            await DropAsync(hostId, host, keys, ct);
        }
        catch (FaultException e)
        {
            LogNotReleased(log, hostId, keys.Count, HostFailures.DetailOf(e));
        }
    }

    /// <summary>
    /// Looks at what the host holds and releases what only retired records name, and what was removed by force. Keys that the
    /// center does not know are left alone.
    /// </summary>
    public async Task SweepAsync(string hostId, CancellationToken ct)
    {
        try
        {
            var host = await hosts.Once(hostId).Admin.DescribeAsync(ct);
            var held = host.Keys.Select(k => new ExpectedKey(k.Key.Provider, k.Key.KeyId, k.Kcv)).ToList();
            if (held.Count == 0)
            {
                _waiting.TryRemove(hostId, out _);
                return;
            }

            var stale = await store.ReadAsync(
                async db =>
                {
                    var needed = await NeededAsync(db, hostId, ct);
                    var surplus = held.Where(k => !needed.Contains(k.ToName())).ToList();
                    if (surplus.Count == 0)
                    {
                        return surplus;
                    }

                    var ids = surplus.Select(k => k.KeyId).ToList();
                    var known = (await db.KeyRecords.NamesAsync(ids, ct)).Concat(await db.Keys.RemovedAsync(ct)).ToHashSet();
                    return surplus.Where(k => known.Contains(k.ToName())).ToList();
                },
                ct);
            if (stale.Count == 0)
            {
                _waiting.TryRemove(hostId, out _);
                return;
            }

            await DropAsync(hostId, host, stale, ct);
        }
        catch (FaultException e)
        {
            LogNotReleased(log, hostId, 0, HostFailures.DetailOf(e));
        }
    }

    private async Task DropAsync(string hostId, HostFacts host, IReadOnlyList<ExpectedKey> keys, CancellationToken ct)
    {
        // Step 1
        var needed = await store.ReadAsync(db => NeededAsync(db, hostId, ct), ct);
        var unneeded = keys.Where(k => !needed.Contains(k.ToName()) && host.Keys.Any(h => k.Names(h.Key)))
            .Distinct().ToList();
        if (unneeded.Count == 0)
        {
            return;
        }

        // Step 2
        var proven = await ProvenAsync(host.Name, unneeded, ct);
        int stay = unneeded.Count - proven.Count;

        // Step 3
        if (proven.Count > 0)
        {
            stay += (await hosts.Once(hostId).Keys.RemoveAsync(proven, ct)).Count;
        }

        if (stay > 0)
        {
            _waiting[hostId] = true;
        }
        else
        {
            _waiting.TryRemove(hostId, out _);
        }
    }

    /// <summary>
    /// Those of which the KMS gives the right key. State does not matter: a deactivated key can be activated again, a lost one
    /// not.
    /// </summary>
    private async Task<List<ExpectedKey>> ProvenAsync(string hostName, List<ExpectedKey> keys, CancellationToken ct)
    {
        var request = new CheckKeysRequest();
        request.Keys.AddRange(keys.Select(k => new CheckKeyRequest { Key = k.ToRef(), ExpectedKcv = k.Kcv }));
        CheckKeysReply reply;
        try
        {
            reply = await broker.CallAsync((b, o) => b.CheckKeysAsync(request, o), ct);
        }
        catch (FaultException e)
        {
            LogNotProven(log, keys.Count, e.Fault.Message);
            return [];
        }

        var proven = new List<ExpectedKey>();
        foreach (var key in keys)
        {
            var status = reply.Keys.FirstOrDefault(s => key.Names(s.Key));
            if (status is not null && status.Kcv.Length > 0 && status.Kcv == key.Kcv)
            {
                proven.Add(key);
            }
            else if (status?.Fault?.Reason is { } reason
                && (KeyFaults.IsGone(reason) || reason is KeyReasons.WrongKey or KeyReasons.NotAKey))
            {
                await LastCopyAsync(key, [hostName], reason, ct);
            }
        }

        if (proven.Count > 0)
        {
            await alarms.ClearAsync(AlarmIds.LastCopy, [.. proven.Select(k => k.ToString())], ct);
        }

        return proven;
    }

    /// <summary>The alarm of a key that the KMS does not give any more.</summary>
    internal Task LastCopyAsync(ExpectedKey key, IReadOnlyList<string> hosts, string reason, CancellationToken ct) =>
        alarms.RaiseAsync(AlarmIds.LastCopy, AlarmSeverity.Critical, key.Provider, key.KeyId, EventIds.LastCopy,
            $"Last copy of key {key} on host {string.Join(", ", hosts)}: " + (reason == KeyReasons.NotVisibleToIdentity
                ? $"the KMS does not give it to the client identity that {key.Provider} has now. Put the former one back (lorica "
                    + $"kms identity restore {key.Provider}), or recrypt what uses it while the host runs (lorica vm recrypt "
                    + "--shallow VM)."
                : "the KMS does not have it any more. Recrypt what uses it while the host runs (lorica vm recrypt --shallow VM), "
                    + "or restore the key on the KMS."),
            ct);

    private static async Task<HashSet<KeyName>> NeededAsync(CenterDb db, string hostId, CancellationToken ct)
    {
        var needed = (await db.KeyRecords.UsableKeysOnHostAsync(hostId, ct)).Select(k => k.ToName()).ToHashSet();
        needed.ExceptWith(await db.Keys.RemovedAsync(ct));
        needed.UnionWith((await db.KeyRecords.UsableHostKeysAsync(hostId, ct)).Select(k => k.ToName()));
        return needed;
    }

    [LoggerMessage(2101, LogLevel.Warning, "Host {HostId} was not asked to drop {Count} keys: {Status}")]
    private static partial void LogNotReleased(ILogger log, string hostId, int count, string status);

    [LoggerMessage(2102, LogLevel.Warning, "{Count} keys stay on their host until the KMS can be asked for them: {Why}")]
    private static partial void LogNotProven(ILogger log, int count, string why);
}
