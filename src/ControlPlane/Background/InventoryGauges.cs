using System.Diagnostics.Metrics;
using Lorica.ControlPlane.Telemetry;
using Lorica.Model;
using Lorica.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Background;

/// <summary>
/// Counts what the database holds every ten seconds: a scrape reads the last count and never waits for the database. Gauges
/// that could
/// not be counted are absent rather than old.
/// </summary>
public sealed partial class InventoryGauges : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly CenterStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<InventoryGauges> _log;
    private readonly Meter _meter = new(ControlPlaneTelemetry.Name);
    private volatile Counts? _counts;

    /// <summary>Makes the gauges.</summary>
    public InventoryGauges(CenterStore store, TimeProvider time, ILogger<InventoryGauges> log)
    {
        (_store, _time, _log) = (store, time, log);
        Gauge("lorica.vms", "state", "VMs, by whether they are locked.", c => c.Vms);
        Gauge("lorica.hosts", "state", "Hosts, by state of their connection.", c => c.Hosts);
        Gauge("lorica.tasks", "state", "Tasks that have not ended.", c => c.Tasks);
        Gauge("lorica.alarms", "severity", "Alarms that are raised.", c => c.Alarms);
        _meter.CreateObservableGauge(
            "lorica.events", () => _counts is { } c ? [new Measurement<long>(c.Events)] : Array.Empty<Measurement<long>>(),
            description: "Number of the last audit event.");
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            try
            {
                _counts = await _store.ReadAsync(db => CountAsync(db, stoppingToken), stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                _counts = null;
                LogFailed(_log, e);
            }
        }
        while (!stoppingToken.IsCancellationRequested && await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static async Task<Counts> CountAsync(CenterDb db, CancellationToken ct) => new(
        await db.Raw.Vms.GroupBy(v => v.CryptoState).ToDictionaryAsync(g => g.Key, g => g.LongCount(), ct),
        await db.Raw.Hosts.GroupBy(h => h.State).ToDictionaryAsync(g => g.Key, g => g.LongCount(), ct),
        await db.Raw.Tasks.Where(t => t.State == TaskStates.Queued || t.State == TaskStates.Running)
            .GroupBy(t => t.State).ToDictionaryAsync(g => g.Key, g => g.LongCount(), ct),
        await db.Raw.Alarms.Where(a => a.ClearedAt == null)
            .GroupBy(a => a.Severity).ToDictionaryAsync(g => g.Key, g => g.LongCount(), ct),
        (await db.Raw.EventHead.SingleAsync(ct)).Number);

    private void Gauge(string name, string tag, string description, Func<Counts, Dictionary<string, long>> counts) =>
        _meter.CreateObservableGauge(
            name,
            () => _counts is { } c
                ? counts(c).Select(p => new Measurement<long>(p.Value, new KeyValuePair<string, object?>(tag, p.Key)))
                : [],
            description: description);

    [LoggerMessage(2501, LogLevel.Warning, "The inventory could not be counted for metrics")]
    private static partial void LogFailed(ILogger log, Exception e);

    private sealed record Counts(
        Dictionary<string, long> Vms, Dictionary<string, long> Hosts, Dictionary<string, long> Tasks,
        Dictionary<string, long> Alarms, long Events);
}
