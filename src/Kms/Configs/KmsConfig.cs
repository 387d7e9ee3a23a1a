namespace Lorica.Kms.Configs;

/// <summary>Configuration file of <c>lorica-kms</c> (JSON). Relative paths are relative to the file.</summary>
/// <remarks>What has a default is set, not init: generated JSON code assigns every init property, absent ones too.</remarks>
internal sealed record KmsConfig
{
    /// <summary>Address and port: <c>127.0.0.1:5696</c>; port 0 takes a free one and prints it.</summary>
    public required string Listen { get; init; }

    /// <summary>Folder of keys, trust and audit, 0700. Made when it is not there.</summary>
    public required string StateFolder { get; init; }

    /// <summary>
    /// PEM certificate of the server, with intermediates after it; by default <c>server.crt</c> of the state folder.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>PEM key that belongs to it, mode 0600; by default <c>server.key</c> of the state folder.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// PEM certificate of the center's CA: its brokers are let in. The same as <see cref="TrustedClientCa"/> with this file and
    /// <see cref="RequiredClientOrganizationalUnit"/> "broker".
    /// </summary>
    public string? Ca { get; init; }

    /// <summary>
    /// PEM files of authorities whose clients are let in. Clients can also be pinned one by one: <c>trust add</c>.
    /// </summary>
    public IReadOnlyList<string> TrustedClientCa { get; set; } = [];

    /// <summary>
    /// Organizational unit that a client certificate of such an authority must have (exactly one OU); null takes any.
    /// </summary>
    public string? RequiredClientOrganizationalUnit { get; init; }

    /// <summary>Folder of pinned client certificates; by default <c>trust</c> of the state folder.</summary>
    public string? PinnedClientsFolder { get; init; }

    /// <summary>Names are unique among the live objects of one client.</summary>
    public bool UniqueNames { get; set; } = true;

    /// <summary>
    /// Makes new keys although the store is older than a day and has no backup. Whoever sets it can lose every VM with one disk.
    /// </summary>
    public bool AllowKeysWithoutBackup { get; set; }

    /// <summary>
    /// Cipher suites: <c>modern</c> (TLS 1.3, and 1.2 with ephemeral keys), or <c>kmip-compat</c>, which adds RSA key exchange
    /// for clients that know nothing else.
    /// </summary>
    public string TlsSuites { get; set; } = "modern";

    /// <summary>
    /// TLS handshakes under way at one time, in all, from one address (or IPv6 /64), and from this machine itself.
    /// </summary>
    public int MaximumHandshakes { get; set; } = 128;

    /// <summary>From one address, or one /64 network of IPv6.</summary>
    public int MaximumHandshakesPerAddress { get; set; } = 16;

    /// <summary>From this machine itself.</summary>
    public int MaximumHandshakesFromLoopback { get; set; } = 64;

    /// <summary>Connections of clients that were let in, at one time.</summary>
    public int MaximumConnections { get; set; } = 256;

    /// <summary>Connections of one client at one time.</summary>
    public int MaximumConnectionsPerClient { get; set; } = 64;

    /// <summary>Bytes after which the audit goes on in a new file; at least 1 MiB.</summary>
    public long AuditFileBytes { get; set; } = 64 << 20;

    /// <summary>Closed audit files that are kept, the newest; 0 keeps all.</summary>
    public int AuditFilesKept { get; set; }
}
