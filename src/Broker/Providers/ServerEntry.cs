using Lorica.Kmip;

namespace Lorica.Broker.Providers;

/// <summary>One server of a provider and the certificate that a person accepted for it.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port, 5696 by default.</param>
/// <param name="CertificateSha256">SHA-256 of the DER certificate, lower-case hex.</param>
/// <param name="ProxyHost">HTTP proxy on the way; null for none.</param>
/// <param name="ProxyPort">Its port.</param>
/// <param name="ConnectTimeoutMs">For connection and handshake; 0 takes the default.</param>
/// <param name="RequestTimeoutMs">For one request; 0 takes the default.</param>
/// <param name="TlsSuites"><c>kmip-compat</c>, else those of the platform.</param>
/// <param name="MaximumVersion">Newest version of KMIP to speak; null for the newest that both have.</param>
internal sealed record ServerEntry(
    string Host, int Port, string CertificateSha256, string? ProxyHost = null, int ProxyPort = 0, int ConnectTimeoutMs = 0,
    int RequestTimeoutMs = 0, string? TlsSuites = null, string? MaximumVersion = null)
{
    public const string Modern = "modern";
    public const string KmipCompat = "kmip-compat";

    private const int DefaultConnectMs = 5_000;
    private const int DefaultRequestMs = 10_000;

    public KmipProxy? Proxy() => ProxyHost is { Length: > 0 } host ? new KmipProxy(host, ProxyPort) : null;

    public TimeSpan ConnectTimeout() => TimeSpan.FromMilliseconds(ConnectTimeoutMs > 0 ? ConnectTimeoutMs : DefaultConnectMs);

    public TimeSpan RequestTimeout() => TimeSpan.FromMilliseconds(RequestTimeoutMs > 0 ? RequestTimeoutMs : DefaultRequestMs);

    public KmipTlsSuites Suites() => TlsSuites == KmipCompat ? KmipTlsSuites.KmipCompat : KmipTlsSuites.Modern;

    public KmipVersion Newest() => KmipVersion.All.FirstOrDefault(v => v.ToString() == MaximumVersion, KmipVersion.V14);

    public override string ToString() => $"{Host}:{Port}";
}
