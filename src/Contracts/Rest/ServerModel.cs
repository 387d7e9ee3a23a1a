namespace Lorica.Contracts.Rest;

/// <summary>One server of a key provider, and the certificate that a person accepted for it.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="CertificateSha256">SHA-256 of the accepted certificate, hex.</param>
/// <param name="Proxy">HTTP proxy on the way, <c>host:port</c>.</param>
/// <param name="ConnectTimeoutMs">For connection and handshake; 5 s when left out.</param>
/// <param name="RequestTimeoutMs">For one request; 10 s when left out.</param>
public sealed record ServerModel(
    string Host, int Port, string CertificateSha256, string? Proxy = null, int? ConnectTimeoutMs = null,
    int? RequestTimeoutMs = null);
