using System.Diagnostics;
using System.Diagnostics.Metrics;
using Lorica.Contracts.Telemetry;

namespace Lorica.ControlPlane.Telemetry;

/// <summary>The one activity source and the one meter of this library. No ids of keys, and names of VMs in activities
/// only.</summary>
internal static class ControlPlaneTelemetry
{
    /// <summary>Name of both.</summary>
    public const string Name = "Lorica.ControlPlane";

    /// <summary>Tasks and calls to the broker.</summary>
    public static readonly ActivitySource Activities = new(Name);

    /// <summary>The meter.</summary>
    public static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> TaskDuration = Meter.CreateHistogram<double>(
        "lorica.task.duration", "s", "From the request to the end of a task, by kind and state.");

    private static readonly Histogram<double> BrokerDuration = Meter.CreateHistogram<double>(
        "lorica.broker.call.duration", "s", "Calls to the key broker, waiting for it included, by outcome.");

    private static readonly Histogram<double> KmsDuration = Meter.CreateHistogram<double>(
        "lorica.kms.call.duration", "s", "Requests of the broker to key servers, by server, operation and outcome.");

    /// <summary>A task ended.</summary>
    public static void TaskEnded(string kind, string state, double seconds) =>
        TaskDuration.Record(seconds, new("kind", kind), new("state", state));

    /// <summary>A call to the broker ended.</summary>
    public static void BrokerCalled(bool well, TimeSpan took) =>
        BrokerDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", well ? "ok" : "failed"));

    /// <summary>The broker's answer came with what it asked of key servers, as <see cref="KmsCalls"/> writes it.</summary>
    public static void KmsCalled(string? calls)
    {
        foreach (var call in KmsDuration.Enabled && calls is not null ? KmsCalls.Decode(calls) : [])
        {
            KmsDuration.Record(
                call.Seconds, new("server", call.Server), new("operation", call.Operation), new("outcome", call.Outcome));
        }
    }
}
