using System.Text.Json.Serialization;

namespace Lorica.Cli.Up;

/// <summary><c>STATE/up.json</c>: what the next start needs to be the same installation.</summary>
internal sealed record UpState
{
    public required string HostId { get; init; }

    public required int CenterPort { get; init; }

    public required int HostPort { get; init; }

    public required int KmsPort { get; init; }

    /// <summary>Pins: SHA-256 of SubjectPublicKeyInfo, hex.</summary>
    public required string CenterPin { get; init; }

    public required string BrokerPin { get; init; }

    public required string HostPin { get; init; }

    /// <summary>Hosts beside the first one.</summary>
    // Not `init`: source-generated JSON would replace the default of an init-only member that the text leaves out.
    public IReadOnlyList<UpHost> MoreHosts { get; set; } = [];

    /// <summary>Datastores beside the first one.</summary>
    public IReadOnlyList<UpDatastore> MoreDatastores { get; set; } = [];

    /// <summary>All hosts.</summary>
    [JsonIgnore]
    public IReadOnlyList<UpHost> Hosts => [new UpHost(1, HostId, HostPort, HostPin), .. MoreHosts];

    /// <summary>SHA-256 of the embedded KMS's certificate, for <c>lorica kms add --accept</c>.</summary>
    public required string KmsCertificateSha256 { get; init; }
}
