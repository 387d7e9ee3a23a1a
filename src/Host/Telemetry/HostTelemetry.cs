using System.Diagnostics;
using System.Diagnostics.Metrics;
using Lorica.Host.Home;
using Lorica.Host.Jobs;

namespace Lorica.Host.Telemetry;

/// <summary>
/// The one activity source and the one meter of this library, and what is counted as it happens. Ids of VMs and jobs, no names of
/// VMs, no ids of keys.
/// </summary>
internal static class HostTelemetry
{
    /// <summary>Name of both.</summary>
    public const string Name = "Lorica.Host";

    private static readonly ActivitySource Activities = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Jobs =
        Meter.CreateCounter<long>("lorica.host.jobs", description: "Jobs that ended, by kind and state.");

    /// <summary>A job begins, as a part of whatever asked for it; the job's id is that of the center's task.</summary>
    public static Activity? JobBegins(JobKind kind, string job, string vm) =>
        Activities.StartActivity("job " + kind.Name())?.SetTag("lorica.task", job).SetTag("lorica.vm", vm);

    /// <summary>A job ended.</summary>
    public static void JobEnded(JobKind kind, JobState state) =>
        Jobs.Add(1, new("kind", kind.Name()), new("state", state.Name()));
}
