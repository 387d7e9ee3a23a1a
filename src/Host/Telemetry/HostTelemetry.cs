using System.Diagnostics.Metrics;

namespace Lorica.Host.Telemetry;

/// <summary>The one meter of this library, and what is counted as it happens. Numbers only: no names of VMs, no ids of
/// keys.</summary>
internal static class HostTelemetry
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Lorica.Host";

    private static readonly Meter s_meter = new(Name);
    private static readonly Counter<long> s_jobs =
        s_meter.CreateCounter<long>("lorica.host.jobs", description: "Jobs that ended, by kind and state.");

    /// <summary>A job ended.</summary>
    public static void JobEnded(string kind, string state) => s_jobs.Add(1, new("kind", kind), new("state", state));
}
