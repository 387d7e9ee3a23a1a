using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.Brokers;
using Lorica.Model;
using Lorica.Store;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Providers;

/// <summary>
/// Watches whether the providers serve keys, so that locked VMs unlock at once when one comes back.
/// <code>
///            ┌── a delivery missed it, a status or the round every 5 min found it ill ──┐
///  healthy ──┘                                                                          ▼
///     ▲                                                          down: alarm, event; probed
///     └── a probe key came: alarm cleared, event, hosts nudged ◄──   every 0.5 s while keys are missed (1 s after 10 min),
///                                                                    else slower and slower up to 15 s
/// </code>
/// Which providers are down is what the alarms say, so a restart of the center goes on where it was.
/// </summary>
public sealed partial class ProviderWatch(
    CenterStore store, BrokerLink broker, HostNudger nudger, AlarmStore alarms, EventLog events, TimeProvider time,
    ILogger<ProviderWatch> log) : BackgroundJob
{
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Brisk = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BriskFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(15);

    /// <summary>A key that is missed is asked for again within this.</summary>
    private static readonly TimeSpan StillMissed = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Down> _down = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public override string Name => "provider-watch";

    /// <inheritdoc />
    public override TimeSpan Period
    {
        get
        {
            lock (_lock)
            {
                return _down.Count == 0 ? Round : _down.Values.Min(PauseOf);
            }
        }
    }

    /// <inheritdoc />
    public override TimeSpan AfterFailure => Steady;

    /// <inheritdoc />
    public override async Task<TimeSpan> FirstAsync(CancellationToken ct)
    {
        foreach (string provider in await RaisedAsync(ct))
        {
            Missed(provider);
        }

        return Period;
    }

    /// <inheritdoc />
    public override async Task RunAsync(CancellationToken ct)
    {
        var down = DownNow();
        foreach (string provider in down.Count > 0 ? down : await NamesAsync(ct))
        {
            await ProbeAsync(provider, ct);
        }
    }

    /// <summary>Keys of a provider could not be had because it does not answer: probe it until it does.</summary>
    public void Missed(string provider)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            if (_down.TryGetValue(provider, out var known))
            {
                known.MissedAt = now;
                return;
            }

            _down.Add(provider, new Down(now) { MissedAt = now });
        }

        Wake();
    }

    /// <summary>A status was asked for and found the provider healthy or not.</summary>
    public async Task SeenAsync(string provider, bool healthy, string error, CancellationToken ct)
    {
        if (healthy)
        {
            await BackAsync(provider, ct);
            return;
        }

        await IllAsync(provider, error, ct);
        lock (_lock)
        {
            if (!_down.TryAdd(provider, new Down(time.GetTimestamp())))
            {
                return;
            }
        }

        Wake();
    }

    private async Task ProbeAsync(string provider, CancellationToken ct)
    {
        if (!await store.ReadAsync(db => db.Providers.ExistsAsync(provider, ct), ct))
        {
            // Removed meanwhile: unknown is another trouble than unreachable.
            lock (_lock)
            {
                _down.Remove(provider);
            }

            await alarms.ClearAsync(AlarmIds.ProviderConnection, provider, ct);
            return;
        }

        PingProviderReply reply;
        try
        {
            reply = await broker.CallAsync((b, o) => b.PingProviderAsync(new ProviderRequest { Name = provider }, o), ct);
        }
        catch (FaultException)
        {
            // The broker does not answer: that says nothing about the KMS, and the health of the center tells it.
            return;
        }

        if (reply.Healthy)
        {
            await BackAsync(provider, ct);
        }
        else
        {
            lock (_lock)
            {
                _down.TryAdd(provider, new Down(time.GetTimestamp()));
            }

            await IllAsync(provider, reply.Error, ct);
        }
    }

    private async Task BackAsync(string provider, CancellationToken ct)
    {
        bool was;
        lock (_lock)
        {
            was = _down.Remove(provider);
        }

        bool raised = await store.ReadAsync(
            db => db.Alarms.IsRaisedAsync(AlarmIds.ProviderConnection, provider, ct), ct);
        if (was || raised)
        {
            // First the keys, then the paper.
            await nudger.NudgeAllAsync();
            LogBack(log, provider);
        }

        if (raised)
        {
            await store.WriteAsync(
                async db =>
                {
                    if (await alarms.ClearAsync(db, AlarmIds.ProviderConnection, provider, ct))
                    {
                        events.Add(db, EventIds.KmsReachable, Caller.System.User, provider,
                            $"Key provider {provider} serves keys again.");
                    }
                },
                ct);
        }
    }

    private async Task IllAsync(string provider, string error, CancellationToken ct)
    {
        string message =
            $"Key provider {provider} does not serve keys: {error} See `lorica kms status {provider}`. VMs that run go on; "
            + "those that need a key lock until it is back.";
        bool raised = await store.ReadAsync(
            db => db.Alarms.IsRaisedAsync(AlarmIds.ProviderConnection, provider, ct), ct);
        if (raised)
        {
            return;
        }

        await store.WriteAsync(
            async db =>
            {
                if (await alarms.RaiseAsync(
                    db, AlarmIds.ProviderConnection, ObjectRef.Provider(provider), AlarmSeverity.Critical, message, ct))
                {
                    events.Add(
                        db, EventIds.KmsUnreachable, Caller.System.User, provider, $"{provider} does not serve keys: {error}");
                }
            },
            ct);
        LogIll(log, provider, error);
    }

    private TimeSpan PauseOf(Down down)
    {
        var age = time.GetElapsedTime(down.Since);
        if (down.MissedAt is { } missed && time.GetElapsedTime(missed) < StillMissed)
        {
            return age < BriskFor ? Brisk : Steady;
        }

        // A tenth of the outage so far: soon at first, then rarely.
        var pause = age / 10;
        return pause < Steady ? Steady : pause < Slowest ? pause : Slowest;
    }

    private List<string> DownNow()
    {
        lock (_lock)
        {
            return [.. _down.Keys];
        }
    }

    private Task<List<string>> NamesAsync(CancellationToken ct) =>
        store.ReadAsync(db => db.Providers.NamesAsync(ct), ct);

    private async Task<IEnumerable<string>> RaisedAsync(CancellationToken ct) =>
        (await store.ReadAsync(db => db.Alarms.RaisedAsync(AlarmIds.ProviderConnection, ct), ct)).Select(a => a.ObjectId);

    [LoggerMessage(2601, LogLevel.Information, "Key provider {Provider} serves keys again")]
    private static partial void LogBack(ILogger log, string provider);

    [LoggerMessage(2602, LogLevel.Warning, "Key provider {Provider} does not serve keys: {Error}")]
    private static partial void LogIll(ILogger log, string provider, string error);

    private sealed class Down(long since)
    {
        public long Since { get; } = since;

        public long? MissedAt { get; set; }
    }
}
