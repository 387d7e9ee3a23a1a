namespace Lorica.Contracts.Configs;

/// <summary>Configuration file of <c>lorica-center</c> (JSON). Relative paths are relative to the file.</summary>
public sealed record CenterConfig
{
    /// <summary>Folder of the database and of everything else that the center keeps.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Address of the REST API: <c>127.0.0.1:8443</c>.</summary>
    public required string Listen { get; init; }

    /// <summary>PEM certificate (OU <c>center</c>), used towards hosts, the broker and REST clients.</summary>
    public required string Certificate { get; init; }

    /// <summary>PEM key, mode 0600.</summary>
    public required string Key { get; init; }

    /// <summary>PEM certificate of the center's CA.</summary>
    public required string Ca { get; init; }

    /// <summary>Unix socket of the broker.</summary>
    public required string BrokerSocket { get; init; }

    /// <summary>SHA-256 of the broker's SubjectPublicKeyInfo, hex.</summary>
    public required string BrokerPin { get; init; }

    /// <summary>Hosts to know from the start.</summary>
    // Not `init`: source-generated JSON would replace the default of an init-only member that the text leaves out.
    public IReadOnlyList<HostSeed> Hosts { get; set; } = [];

    /// <summary>Limits of the REST API.</summary>
    public RequestLimits Limits { get; set; } = new();

    /// <summary>Metrics, traces, log format.</summary>
    public TelemetryConfig Telemetry { get; set; } = new();
}
