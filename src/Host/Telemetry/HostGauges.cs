using System.Diagnostics.Metrics;
using Lorica.Contracts.Vmx;

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
        _meter.CreateObservableCounter(
            "lorica.host.vm.disk.operations", () =>
                Counted(node, s => (s.Reads, s.Writes)), description: "Requests of guests to their disks that were served.");
        _meter.CreateObservableCounter(
            "lorica.host.vm.disk.io", () =>
                Counted(node, s => (s.ReadBytes, s.WriteBytes)), "By", "Bytes that guests read and wrote.");
    }

    /// <summary>
    /// What each vmx counts per request and said last, at most ten seconds ago; a vmx that starts anew counts from zero. A vmx is
    /// trusted less than this process: a number that cannot be is none.
    /// </summary>
    private static List<Measurement<long>> Counted(HostNode node, Func<VmxStatus, (long Read, long Written)> counts)
    {
        var all = new List<Measurement<long>>();
        foreach (var (registration, entry) in node.Table.List())
        {
            if (entry.Running?.Status is not { } status)
                continue;
            var (read, written) = counts(status);
            if (read < 0 || written < 0)
                continue;
            var vm = new KeyValuePair<string, object?>("vm", registration.Id.ToString());
            all.Add(new Measurement<long>(read, vm, new("direction", "read")));
            all.Add(new Measurement<long>(written, vm, new("direction", "write")));
        }

        return all;
    }

    public void Dispose() => _meter.Dispose();
}
