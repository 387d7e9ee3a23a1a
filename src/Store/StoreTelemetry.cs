using System.Diagnostics.Metrics;

namespace Lorica.Store;

/// <summary>What the store measures of itself; under the control plane's name, of which it is a part.</summary>
public static class StoreTelemetry
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Lorica.ControlPlane";

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> WriteDuration = Meter.CreateHistogram<double>(
        "lorica.store.write.duration", "s", "Writes to the database, waiting for the one writer included.");

    /// <summary>A write ended.</summary>
    internal static void Wrote(TimeSpan took) => WriteDuration.Record(took.TotalSeconds);
}
