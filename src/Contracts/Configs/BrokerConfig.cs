namespace Lorica.Contracts.Configs;

/// <summary>Configuration file of <c>lorica-broker</c> (JSON). Relative paths are relative to the file.</summary>
public sealed record BrokerConfig
{
    /// <summary>Folder of providers and sealed credentials, 0700.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Unix socket, when it is not handed over (<c>LISTEN_FDS</c> or <c>--listen-fd</c>).</summary>
    public required string Socket { get; init; }

    /// <summary>PEM certificate (OU <c>broker</c>), for the center and the default client identity at a KMS.</summary>
    public required string Certificate { get; init; }

    /// <summary>PEM key, mode 0600.</summary>
    public required string Key { get; init; }

    /// <summary>PEM certificate of the center's CA.</summary>
    public required string Ca { get; init; }

    /// <summary>SHA-256 of the center's SubjectPublicKeyInfo, hex.</summary>
    public required string CenterPin { get; init; }

    /// <summary>Hosts pinned from the start: host id to SHA-256 of its SubjectPublicKeyInfo, hex.</summary>
    // Not `init`: source-generated JSON would replace the default of an init-only member that the text leaves out.
    public IReadOnlyDictionary<string, string> Hosts { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// Who may add hosts (<see cref="HostPinning"/>): <c>operator</c>, or <c>center</c> for hosts never seen before. Neither lets
    /// the center give a host that was pinned once another key.
    /// </summary>
    public string HostPinning { get; set; } = Configs.HostPinning.Operator;

    /// <summary>
    /// Seconds without a call after which the broker exits; 0 = never. Whoever holds the socket starts it again.
    /// </summary>
    public int IdleSeconds { get; set; } = 20;
}
