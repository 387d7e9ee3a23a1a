using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Lorica.Kmip.Telemetry;

/// <summary>
/// The one meter of this library: <c>Lorica.Kmip</c>, with one instrument. Which server was asked for what, how it ended, how
/// long it took: no identifiers, no keys.
/// </summary>
internal static class KmipTelemetry
{
    private static readonly Meter Meter = new("Lorica.Kmip");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "lorica.kmip.call.duration", "s", "Requests to KMIP servers, connecting included, by server, operation and outcome.");

    /// <summary>Now, or 0 when nobody listens.</summary>
    public static long Begin() => Duration.Enabled ? Stopwatch.GetTimestamp() : 0;

    /// <summary>A request that began at <paramref name="began"/> ended.</summary>
    /// <param name="began">What <see cref="Begin"/> gave.</param>
    /// <param name="server">"host:port".</param>
    /// <param name="operation">Operation, in the words of the specification.</param>
    /// <param name="failure">Why it failed; null when it did not.</param>
    public static void Ended(long began, string server, string operation, KmipErrorKind? failure)
    {
        if (began != 0)
        {
            string outcome = failure switch
            {
                null => "ok",
                KmipErrorKind.Refused => "refused",
                KmipErrorKind.Transport => "transport",
                KmipErrorKind.Protocol => "protocol",
                _ => "other",
            };
            Duration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, new("server", server), new("operation", operation),
                new("outcome", outcome));
        }
    }
}
