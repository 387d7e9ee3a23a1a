using System.Diagnostics.Metrics;
using Lorica.Contracts.Telemetry;

namespace Lorica.Broker.Telemetry;

/// <summary>
/// Gathers what a call of the center makes the KMIP client ask, from the client's own meter. The client measures inside the call
/// that asked, so what is measured falls to that call.
/// </summary>
internal sealed class KmsCallTally : IDisposable
{
    private const string MeterName = "Lorica.Kmip";

    private readonly AsyncLocal<List<KmsCall>?> _current = new();
    private readonly MeterListener _listener = new()
    {
        InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MeterName)
                listener.EnableMeasurementEvents(instrument);
        },
    };

    public KmsCallTally()
    {
        _listener.SetMeasurementEventCallback<double>(Measured);
        _listener.Start();
    }

    /// <summary>Begins to gather for the call of whoever asks; the list grows while that call runs.</summary>
    public List<KmsCall> Begin() => _current.Value = [];

    public void Dispose() => _listener.Dispose();

    private void Measured(Instrument instrument, double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (_current.Value is not { } calls)
            return;
        string server = "", operation = "", outcome = "";
        foreach (var (name, value) in tags)
        {
            switch (name)
            {
                case "server":
                    server = value as string ?? "";
                    break;
                case "operation":
                    operation = value as string ?? "";
                    break;
                case "outcome":
                    outcome = value as string ?? "";
                    break;
            }
        }

        // Several servers are asked at once.
        lock (calls)
        {
            if (calls.Count < KmsCalls.Maximum)
                calls.Add(new KmsCall(server, operation, outcome, seconds));
        }
    }
}
