namespace Lorica.Cli.Up;

/// <summary>What <c>lorica up</c> was asked for.</summary>
/// <param name="State">Folder of everything.</param>
/// <param name="CenterPort">Port of the REST API; 0 = a free one; null = as before, or the default.</param>
/// <param name="HostPort">Port of the host.</param>
/// <param name="KmsPort">Port of the KMS.</param>
/// <param name="Json">One JSON line per phase on stdout.</param>
internal sealed record UpOptions(string State, int? CenterPort, int? HostPort, int? KmsPort, bool Json)
{
    /// <summary>How many hosts; null = as before, or one. There are never fewer than before.</summary>
    public int? Hosts { get; init; }

    /// <summary>Datastores to add, beside those of before.</summary>
    public IReadOnlyList<UpDatastore> Datastores { get; init; } = [];

    /// <summary>Collector of traces of center and hosts, for this run; null for none.</summary>
    public string? Otlp { get; init; }

    /// <summary>Port on which the center tells metrics in this run, the hosts on those after it; null for none.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>How guests run in this run: one of <see cref="Lorica.Contracts.Configs.Accelerators"/>.</summary>
    public string Accel { get; init; } = Lorica.Contracts.Configs.Accelerators.Auto;

    public const int DefaultCenterPort = 8443;
    public const int DefaultHostPort = 8444;
    public const int DefaultKmsPort = 5696;
}
