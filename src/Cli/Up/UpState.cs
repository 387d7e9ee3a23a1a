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

    /// <summary>SHA-256 of the embedded KMS's certificate, for <c>lorica kms add --accept</c>.</summary>
    public required string KmsCertificateSha256 { get; init; }
}
