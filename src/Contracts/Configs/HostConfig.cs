namespace Lorica.Contracts.Configs;

/// <summary>Configuration file of <c>lorica-host</c> (JSON). Relative paths are relative to the file.</summary>
public sealed record HostConfig
{
    /// <summary>Host id (RFC 4122 text); with certificate, key, CA and pin left out when the host joins by token.</summary>
    // Not `init`: source-generated JSON would replace the default of an init-only member that the text leaves out.
    public string Id { get; set; } = "";

    /// <summary>Display name.</summary>
    public required string Name { get; init; }

    /// <summary>Folder of the VM registry and epochs.</summary>
    public required string StateFolder { get; init; }

    /// <summary>
    /// Folder of sockets, short (<c>/run/lorica</c>): made 0711 so that each VM's uid reaches its own 0700 folder.
    /// </summary>
    public required string RunFolder { get; init; }

    /// <summary>Address of the gRPC service.</summary>
    public required string Listen { get; init; }

    /// <summary>PEM certificate (OU <c>host</c>).</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM key, mode 0600.</summary>
    public string Key { get; set; } = "";

    /// <summary>PEM certificate of the center's CA.</summary>
    public string Ca { get; set; } = "";

    /// <summary>SHA-256 of the center's SubjectPublicKeyInfo, hex.</summary>
    public string CenterPin { get; set; } = "";

    /// <summary>Datastores: name and path of a folder on a mounted filesystem.</summary>
    public required IReadOnlyList<DatastoreConfig> Datastores { get; init; }

    /// <summary>Path of <c>lorica-vmx</c>.</summary>
    public required string Vmx { get; init; }

    /// <summary>Path of QEMU.</summary>
    // Not `init`: source-generated JSON would replace the default of an init-only member that the text leaves out.
    public string Qemu { get; set; } = "/usr/bin/qemu-system-x86_64";

    /// <summary>How guests run: one of <see cref="Accelerators"/>.</summary>
    public string Accel { get; set; } = Accelerators.Auto;

    /// <summary>First uid of the range from which each VM gets its own.</summary>
    public uint UidBase { get; set; } = 700_000;

    /// <summary>Uids in the range; the last one is never a VM's, the host uses it to try how guests run.</summary>
    public uint UidCount { get; set; } = 65_536;

    /// <summary>Metrics, traces, log format.</summary>
    public TelemetryConfig Telemetry { get; set; } = new();
}
