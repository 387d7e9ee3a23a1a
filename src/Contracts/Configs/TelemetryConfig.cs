namespace Lorica.Contracts.Configs;

/// <summary>What a process tells about itself; nothing of it is on by default (docs/operations/telemetry.md).</summary>
public sealed record TelemetryConfig
{
    /// <summary>
    /// Address of <c>/metrics</c>, <c>/health/live</c> and <c>/health/ready</c> without TLS and sign-in, so on loopback only:
    /// <c>127.0.0.1:9464</c>.
    /// </summary>
    public string? Listen { get; set; }

    /// <summary>OTLP collector for traces (<c>http://127.0.0.1:4317</c>); <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> when
    /// absent.</summary>
    public string? Otlp { get; set; }

    /// <summary>The log as one JSON text a line instead of plain lines; also <c>LORICA_LOG_FORMAT=json</c>.</summary>
    public bool JsonLog { get; set; }
}
