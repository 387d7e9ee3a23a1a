using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Brokers;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Providers;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Carries sealed keys from the broker to one host. One delivery at a time per host: sequence numbers are consumed in order.
/// <code>
/// 1 rule   a key goes only to a host on which the center placed a VM whose record names it, with the record's check value;
///          a host key only to that host
/// 2 host   describes itself anew: mode, receive key, boot nonce, next sequence, keys that it holds
/// 3 broker fetches each key, compares the check value and seals it to that presentation
/// 4 host   takes the sealed keys and answers the check values that it computed; each is compared
/// </code>
/// A host that left encryption mode after the work had looked ends step 2 or 3: it gets no key for work that needs the mode, and
/// those that it holds do not count for that.
/// </summary>
public sealed class KeyDeliverer(
    CenterStore store, BrokerLink broker, HostLinks links, HostClient hosts, CenterIdentity identity, ProviderWatch watch,
    KeyAlarms alarms)
{
    /// <summary>
    /// What a delivery is called that brings the keys away from which a shallow recrypt goes. Like
    /// <see cref="UnlockDeactivated"/> it takes a key that is Deactivated or Compromised on its KMS: what it wrapped is opened
    /// with it, nothing new is wrapped.
    /// </summary>
    public const string RecryptFrom = "recryptFrom";

    /// <summary>What unlocking a VM is called whose keys are not active any more, as somebody asked for.</summary>
    public const string UnlockDeactivated = "unlockDeactivated";

    /// <summary>What unlocking a VM is called whose keys are there again.</summary>
    public const string Unlock = "unlock";

    /// <summary>What bringing a host its own key is called.</summary>
    public const string HostKey = "hostKey";

    /// <summary>What the job is called that decrypts in place.</summary>
    public const string Decrypt = "decrypt";

    /// <summary>What powering on is called in a delivery.</summary>
    public const string PowerOn = "powerOn";

    private const int BatchSize = 128;

    private readonly SemaphoreSlim _one = new(1, 1);
    private bool _pinned;

    /// <summary>
    /// Delivers what <paramref name="hostId"/> lacks of <paramref name="keys"/>. Only a host that does not answer throws.
    /// </summary>
    /// <exception cref="FaultException">The host does not answer.</exception>
    public async Task<DeliveryResult> DeliverAsync(
        string hostId, IReadOnlyList<ExpectedKey> keys, string operation, CancellationToken ct)
    {
        var result = new DeliveryResult();
        foreach (var batch in keys.Distinct().Chunk(BatchSize))
        {
            // One batch at a time: a long delivery lets the keys of a single VM in between.
            await _one.WaitAsync(ct);
            try
            {
                var rule = await RuleAsync(hostId, batch, ct);
                foreach (var key in batch.Except(rule.Allowed))
                {
                    result.Missing(key, KeyReasons.NoPermission, "No record of a VM on this host names the key.");
                }

                var unknown = operation == PowerOn ? rule.Allowed.Where(k => !rule.Providers.Contains(k.Provider)).ToList() : [];
                foreach (var key in unknown)
                {
                    result.Missing(key, KeyReasons.ProviderUnknown, $"No provider named {key.Provider} is registered.");
                }

                ExpectedKey[] wanted = [.. rule.Allowed.Except(unknown)];
                if (wanted.Length > 0)
                {
                    await DeliverBatchAsync(hostId, wanted, rule.Removed, operation, result, ct);
                }
            }
            finally
            {
                _one.Release();
            }
        }

        foreach (string provider in result.Reasons.Where(r => r.Reason == KeyReasons.ProviderUnreachable)
            .Select(r => r.Provider).Distinct(StringComparer.Ordinal))
        {
            watch.Missed(provider);
        }

        await alarms.DeliveredAsync(result, ct);
        return result;
    }

    // Step 1
    private Task<(List<ExpectedKey> Allowed, HashSet<(string Provider, string KeyId)> Removed, HashSet<string> Providers)>
        RuleAsync(string hostId, IReadOnlyList<ExpectedKey> keys, CancellationToken ct) =>
        store.ReadAsync(
            async db =>
            {
                var named = (await db.KeyRecords.UsableKeysOnHostAsync(hostId, ct)).ToHashSet();
                named.UnionWith(await db.KeyRecords.UsableHostKeysAsync(hostId, ct));
                var removed = await db.Keys.RemovedAsync(ct);
                var providers = await db.Providers.NamesAsync(ct);
                return (keys.Where(named.Contains).ToList(), removed.Select(r => (r.Provider, r.KeyId)).ToHashSet(),
                    providers.ToHashSet(StringComparer.Ordinal));
            },
            ct);

    private async Task DeliverBatchAsync(
        string hostId, ExpectedKey[] keys, HashSet<(string Provider, string KeyId)> removed, string operation,
        DeliveryResult result, CancellationToken ct)
    {
        // Step 2
        var host = await hosts.Once(hostId).Admin.DescribeAsync(ct);
        var holds = host.Keys.DistinctBy(h => (h.Key.Provider, h.Key.KeyId)).ToDictionary(h => (h.Key.Provider, h.Key.KeyId));
        string? outOfMode = NeedsEncryptionMode(operation) && host.CryptoMode != HostCryptoMode.Safe
            ? KeyFaults.NotInEncryptionMode(links.Peer(hostId).Name) : null;
        var wanted = new List<ExpectedKey>();
        foreach (var key in keys)
        {
            var held = holds.GetValueOrDefault((key.Provider, key.KeyId));
            if (held is null && removed.Contains((key.Provider, key.KeyId)))
            {
                result.Missing(key, KeyReasons.MissingOnHost, KeyFaults.RemovedByHand(key));
            }
            else if (held is null)
            {
                wanted.Add(key);
            }
            else if (held.Kcv == key.Kcv && outOfMode is not null)
            {
                result.Missing(key, KeyReasons.MissingOnHost, outOfMode);
            }
            else if (held.Kcv == key.Kcv)
            {
                result.Held.Add(key);
            }
            else
            {
                result.Missing(key, KeyReasons.WrongKey, "The host holds another key under this id.");
            }
        }

        if (wanted.Count == 0)
        {
            return;
        }

        if (host.Presentation is not { } shown
            || Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(shown.HostSpki.Span))
                != links.Peer(hostId).Pin)
        {
            MissAll(wanted, result, "The host presents another key than the pinned one.");
            return;
        }

        // Step 3
        SealKeysReply sealedKeys;
        try
        {
            await PinAsync(hostId, ct);
            var request = new SealKeysRequest
            {
                Host = shown.ToMessage(), CenterSpkiSha256 = Google.Protobuf.ByteString.CopyFrom(identity.SpkiSha256),
            };
            request.Keys.AddRange(
                wanted.Select(k => new KeyToSeal
                {
                    Key = k.ToRef(), ExpectedKcv = k.Kcv, Operation = operation,
                    ToOpenOnly = operation is RecryptFrom or UnlockDeactivated,
                }));
            sealedKeys = await broker.CallAsync((c, o) => c.SealKeysAsync(request, o), ct);
        }
        catch (FaultException e)
        {
            MissAll(wanted, result, e.Fault.Message);
            return;
        }

        if (outOfMode is not null)
        {
            // What is wrong with a key is the better reason: it may be why the host is not in that mode.
            foreach (var key in wanted)
            {
                var fault = sealedKeys.Faults.FirstOrDefault(f => key.Names(f.Key));
                result.Missing(key, fault?.Reason ?? KeyReasons.MissingOnHost, fault?.Detail ?? outOfMode);
            }

            return;
        }

        // Step 4
        var taken = sealedKeys.Sealed.Count == 0 ? [] : await hosts.Once(hostId).Keys.AddAsync(sealedKeys.Sealed, ct);
        foreach (var key in wanted)
        {
            Judge(key, sealedKeys, taken, result);
        }
    }

    private static void Judge(ExpectedKey key, SealKeysReply sealedKeys, IReadOnlyList<TakenKey> taken, DeliveryResult result)
    {
        if (sealedKeys.Faults.FirstOrDefault(f => key.Names(f.Key)) is { } refused)
        {
            result.Missing(key, refused.Reason, refused.Detail);
        }
        else if (taken.FirstOrDefault(k => key.Names(k.Key)) is not { } added)
        {
            result.Missing(key, KeyReasons.MissingOnHost, "The host did not take the key.");
        }
        else if (added.Fault is { } fault)
        {
            result.Missing(key, fault.Key == "lorica.wrongKey" ? KeyReasons.WrongKey : KeyReasons.MissingOnHost, fault.Message);
        }
        else if (added.Kcv != key.Kcv)
        {
            result.Missing(key, KeyReasons.WrongKey, "The host computed another check value than the record has.");
        }
        else
        {
            result.Held.Add(key);
        }
    }

    /// <summary>All work on a VM but what only opens what is encrypted already.</summary>
    private static bool NeedsEncryptionMode(string operation) =>
        operation is not (HostKey or Unlock or UnlockDeactivated or RecryptFrom or Decrypt);

    private static void MissAll(IEnumerable<ExpectedKey> keys, DeliveryResult result, string detail)
    {
        foreach (var key in keys)
        {
            result.Missing(key, KeyReasons.MissingOnHost, detail);
        }
    }

    /// <summary>
    /// The broker seals only to hosts that were pinned with it; said once per start, it answers the same again.
    /// </summary>
    private async Task PinAsync(string hostId, CancellationToken ct)
    {
        if (_pinned)
        {
            return;
        }

        var request = new PinHostRequest
        {
            HostId = hostId, SpkiSha256 = Google.Protobuf.ByteString.CopyFrom(Convert.FromHexString(links.Peer(hostId).Pin)),
        };
        await broker.CallAsync((c, o) => c.PinHostAsync(request, o), ct);
        _pinned = true;
    }
}
