namespace Lorica.ControlPlane.Providers;

/// <summary>One server of a provider; the proxy is <c>host:port</c>, time-outs of 0 are the defaults.</summary>
[GenerateSerializer]
[Alias("Lorica.ServerSpec")]
public sealed record ServerSpec(
    string Host, int Port, string CertificateSha256, string? Proxy = null, int ConnectTimeoutMs = 0, int RequestTimeoutMs = 0,
    string? TlsSuites = null, string? KmipVersion = null);
