using System.Diagnostics.Metrics;
using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.Telemetry;
using Lorica.Store;

namespace Lorica.ControlPlane.Inventory;

/// <summary>
/// Counts what the database holds: a scrape reads the last count and never waits for the database. Gauges that could not be
/// counted are absent rather than old.
/// </summary>
public sealed class InventoryGauges : BackgroundJob, IDisposable
{
    private readonly CenterStore _store;
    private readonly Meter _meter = new(ControlPlaneTelemetry.Name);
    private volatile Counts? _counts;

    /// <summary>Makes the gauges.</summary>
    public InventoryGauges(CenterStore store)
    {
        _store = store;
        Gauge("lorica.vms", "state", "VMs, by whether they are locked.", c => c.Vms);
        Gauge("lorica.hosts", "state", "Hosts, by state of their connection.", c => c.Hosts);
        Gauge("lorica.tasks", "state", "Tasks that have not ended.", c => c.Tasks);
        Gauge("lorica.alarms", "severity", "Alarms that are raised.", c => c.Alarms);
        _meter.CreateObservableGauge(
            "lorica.events", () => _counts is { } c ? [new Measurement<long>(c.Events)] : Array.Empty<Measurement<long>>(),
            description: "Number of the last audit event.");
    }

    /// <inheritdoc />
    public override string Name => "inventory-gauges";

    /// <inheritdoc />
    public override TimeSpan Period => TimeSpan.FromSeconds(5);

    /// <summary>Each process is scraped.</summary>
    public override bool EachProcess => true;

    /// <inheritdoc />
    public override Task<TimeSpan> FirstAsync(CancellationToken ct) => Task.FromResult(TimeSpan.Zero);

    /// <inheritdoc />
    public override async Task RunAsync(CancellationToken ct)
    {
        try
        {
            _counts = await _store.ReadAsync(db => CountAsync(db, ct), ct);
        }
        catch
        {
            _counts = null;
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    private static async Task<Counts> CountAsync(CenterDb db, CancellationToken ct) => new(
        await db.Vms.CountAsync(ct),
        await db.Hosts.CountAsync(ct),
        await db.Tasks.CountUnfinishedAsync(ct),
        await db.Alarms.CountRaisedAsync(ct),
        (await db.Events.HeadAsync(ct)).Number);

    private void Gauge(string name, string tag, string description, Func<Counts, Dictionary<string, long>> counts) =>
        _meter.CreateObservableGauge(
            name,
            () => _counts is { } c
                ? counts(c).Select(p => new Measurement<long>(p.Value, new KeyValuePair<string, object?>(tag, p.Key)))
                : [],
            description: description);

    private sealed record Counts(
        Dictionary<string, long> Vms, Dictionary<string, long> Hosts, Dictionary<string, long> Tasks,
        Dictionary<string, long> Alarms, long Events);
}
