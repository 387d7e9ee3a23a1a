using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Brokers;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Providers;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Looks at keys on their KMS: whether each can be fetched and is the recorded one, its state, and the dates that end it. What
/// was found is kept, and raises or clears alarms:
/// <code>
/// another check value                                   key.wrong
/// gone from the KMS, a host still holds it              key.lastCopy
/// gone, not active, or a date of its end is known       key.ends
/// </code>
/// A provider that cannot be asked says nothing about its keys: their alarms stay as they are.
/// </summary>
public sealed class KeyCheck(
    CenterStore store, KeyIndex index, BrokerLink broker, HostClient hosts, KeyAlarms alarms, KeyReleaser releaser,
    ProviderWatch watch, TimeProvider time)
{
    private const int BatchSize = 200;

    /// <summary>Checks all keys that are in use or were made ahead, or one.</summary>
    /// <returns>What the rows say now.</returns>
    internal async Task<List<KeyRow>> RunAsync(string? provider, string? keyId, CancellationToken ct)
    {
        var uses = await index.UsesAsync(provider, keyId, ct);
        var rows = await index.RowsAsync(provider, keyId, ct);
        // One without a check value is only being made.
        var keys = uses.Where(u => u.Kcv.Length > 0).Select(u => new ExpectedKey(u.Provider, u.KeyId, u.Kcv))
            .Concat(
                rows.Where(r => r.State == KeyRecordStates.Usable && (r.Generated || r.RemovedAt > 0))
                    .Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)))
            .DistinctBy(k => (k.Provider, k.KeyId)).ToList();
        var result = new List<KeyRow>();
        foreach (var batch in keys.Chunk(BatchSize))
        {
            var request = new CheckKeysRequest();
            request.Keys.AddRange(batch.Select(k => new CheckKeyRequest { Key = k.ToRef(), ExpectedKcv = k.Kcv }));
            var reply = await broker.CallAsync((b, o) => b.CheckKeysAsync(request, o), ct);
            var found = batch.Select(k => (Key: k, Status: reply.Keys.FirstOrDefault(s => k.Names(s.Key))))
                .Where(f => f.Status is not null)
                .Select(f => (f.Key, Status: f.Status!)).ToList();
            result.AddRange(await SaveAsync(found, ct));
            foreach (string name in found.Where(f => f.Status.Fault?.Reason == KeyReasons.ProviderUnreachable)
                .Select(f => f.Key.Provider).Distinct(StringComparer.Ordinal))
            {
                watch.Missed(name);
            }

            await JudgeAsync(found, [.. uses.Select(u => (u.Provider, u.KeyId))], ct);
        }

        return result;
    }

    private Task<List<KeyRow>> SaveAsync(List<(ExpectedKey Key, KeyStatus Status)> found, CancellationToken ct) =>
        store.WriteAsync(
            async db =>
            {
                var ids = found.Select(f => f.Key.KeyId).ToList();
                var rows = await db.Keys.WithIdsAsync(ids, ct);
                long now = time.GetUtcNow().ToUnixTimeMilliseconds();
                var result = new List<KeyRow>();
                foreach (var (key, status) in found)
                {
                    var row = rows.Find(r => r.Provider == key.Provider && r.KeyId == key.KeyId);
                    if (row is null)
                    {
                        row = new KeyRow { Provider = key.Provider, KeyId = key.KeyId, Kcv = key.Kcv, CreatedAt = now };
                        db.Keys.Add(row);
                        rows.Add(row);
                    }

                    row.Fault = status.Fault?.Reason ?? "";
                    row.Detail = status.Fault?.Detail ?? "";
                    row.CheckedAt = now;
                    if (status.State.Length > 0)
                    {
                        row.KmsState = status.State;
                        (row.ProtectStop, row.Deactivation, row.Destroy, row.Compromise) =
                            (status.ProtectStopUnix, status.DeactivationUnix, status.DestroyUnix, status.CompromiseUnix);
                    }

                    result.Add(row);
                }

                return result;
            },
            ct);

    private async Task JudgeAsync(
        List<(ExpectedKey Key, KeyStatus Status)> found, HashSet<(string Provider, string KeyId)> used, CancellationToken ct)
    {
        var right = new List<string>();
        var endless = new List<string>();
        var present = new List<string>();
        Dictionary<(string Provider, string KeyId), List<string>>? holders = null;
        foreach (var (key, status) in found)
        {
            string? reason = status.Fault?.Reason;
            if (reason is KeyReasons.ProviderUnreachable or KeyReasons.ProviderUnknown or KeyReasons.NoPermission
                or KeyReasons.RefusedByKms)
            {
                continue;
            }

            if (reason is KeyReasons.WrongKey or KeyReasons.NotAKey)
            {
                await alarms.RaiseAsync(AlarmIds.WrongKey, AlarmSeverity.Critical, key.Provider, key.KeyId, EventIds.WrongKey,
                    KeyFaults.WrongAt(key.Provider, key.KeyId, reason, status.Fault!.Detail)
                        + " Restore the right key on the KMS.", ct);
            }
            else if (!KeyFaults.IsGone(reason))
            {
                right.Add(key.ToString());
            }

            if (KeyFaults.IsGone(reason) || reason is KeyReasons.WrongKey or KeyReasons.NotAKey)
            {
                holders ??= await HoldersAsync(ct);
                if (holders.TryGetValue((key.Provider, key.KeyId), out var names))
                {
                    await releaser.LastCopyAsync(key, names, reason!, ct);
                }
            }
            else
            {
                present.Add(key.ToString());
            }

            if (End(status) is not { } end || !used.Contains((key.Provider, key.KeyId)))
            {
                endless.Add(key.ToString());
            }
            else
            {
                await alarms.RaiseAsync(
                    AlarmIds.KeyEnds, end.Now ? AlarmSeverity.Critical : AlarmSeverity.Warning, key.Provider, key.KeyId,
                    EventIds.KeyEnds, $"Key {key} {end.Words}. {end.WayOut}", ct);
            }
        }

        await alarms.ClearAsync(AlarmIds.WrongKey, right, ct);
        await alarms.ClearAsync(AlarmIds.LastCopy, present, ct);
        await alarms.ClearAsync(AlarmIds.KeyEnds, endless, ct);
    }

    /// <summary>What ends the key; null when nothing does.</summary>
    private (bool Now, string Words, string WayOut)? End(KeyStatus status)
    {
        const string Recrypt = "Recrypt what uses it: lorica vm recrypt --shallow VM.";
        if (status.Fault?.Reason == KeyReasons.NotVisibleToIdentity)
        {
            return (true, "is not visible to the client identity that its provider has now",
                $"Put the former one back (lorica kms identity restore {status.Key.Provider}), or hand its objects over on the "
                    + "KMS (lorica-kms client hand-over).");
        }

        if (status.Fault?.Reason == KeyReasons.MissingOnKms)
        {
            return (true, "is not on its KMS any more", "Restore it there, or recrypt what uses it while a host still holds it.");
        }

        if (status.State.Length > 0 && status.State != "Active")
        {
            return (true, $"is {status.State} on its KMS",
                status.State == "PreActive" ? "Activate it there."
                    : $"Nothing new is wrapped with it. {Recrypt} To start a VM that it locks before: "
                        + "lorica vm unlock VM --deactivated.");
        }

        (string What, long At)[] dates =
        [
            ("its Compromise Date", status.CompromiseUnix), ("its Deactivation Date", status.DeactivationUnix),
            ("its Destroy Date", status.DestroyUnix), ("its Protect Stop Date", status.ProtectStopUnix),
        ];
        var first = dates.Where(d => d.At > 0).OrderBy(d => d.At).FirstOrDefault();
        return first.At == 0
            ? null
            : (first.At <= time.GetUtcNow().ToUnixTimeSeconds(),
                $"has {first.What} at {DateTimeOffset.FromUnixTimeSeconds(first.At):yyyy-MM-dd HH:mm} UTC",
                $"Take the date off on the KMS, or {Recrypt.ToLowerInvariant()[..1]}{Recrypt[1..]}");
    }

    /// <summary>Names of the hosts that hold each key now.</summary>
    private async Task<Dictionary<(string Provider, string KeyId), List<string>>> HoldersAsync(CancellationToken ct)
    {
        var connected = await store.ReadAsync(db => db.Hosts.ConnectedAsync(ct), ct);
        var holders = new Dictionary<(string, string), List<string>>();
        foreach (var host in connected)
        {
            try
            {
                var description = await hosts.Glance(host.Id).Admin.DescribeAsync(ct);
                foreach (var key in description.Keys.Select(k => k.Key))
                {
                    var at = (key.Provider, key.KeyId);
                    if (!holders.TryGetValue(at, out var names))
                    {
                        holders.Add(at, names = []);
                    }

                    names.Add(host.Name);
                }
            }
            catch (FaultException)
            {
                // It does not answer: nobody can say what it holds.
            }
        }

        return holders;
    }
}
