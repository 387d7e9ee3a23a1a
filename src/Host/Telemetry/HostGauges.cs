using System.Diagnostics.Metrics;

namespace Lorica.Host.Telemetry;

/// <summary>What a host holds, counted when it is asked for.</summary>
internal sealed class HostGauges : IDisposable
{
    private readonly Meter _meter = new(HostTelemetry.Name);

    public HostGauges(HostNode node)
    {
        _meter.CreateObservableGauge("lorica.host.vms", () => node.Table.List().Count(), description: "Registered VMs.");
        _meter.CreateObservableGauge(
            "lorica.host.vms.running", () =>
                node.Table.List().Count(v => v.Entry.Running is not null), description: "VMs that are powered on.");
        _meter.CreateObservableGauge("lorica.host.keys", () => node.Keys.Count, description: "KEKs in key memory.");
        _meter.CreateObservableGauge(
            "lorica.host.datastore.free",
            () => node.Table.Datastores.Describe()
                .Select(d => new Measurement<long>(d.Free, new KeyValuePair<string, object?>("datastore", d.Name))),
            "By", "Free space.");
    }

    public void Dispose() => _meter.Dispose();
}
