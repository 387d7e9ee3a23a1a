namespace Lorica.Contracts.Rest;

/// <summary>One server of a key provider, and the certificate that a person accepted for it.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="CertificateSha256">SHA-256 of the accepted certificate, hex.</param>
/// <param name="Proxy">HTTP proxy on the way, <c>host:port</c>.</param>
/// <param name="ConnectTimeoutMs">For connection and handshake; 5 s when left out.</param>
/// <param name="RequestTimeoutMs">For one request; 10 s when left out.</param>
/// <param name="TlsSuites"><c>modern</c> when left out; <c>kmip-compat</c> adds TLS 1.2 with RSA key exchange.</param>
/// <param name="KmipVersion">The newest version of KMIP to speak, <c>1.0</c> to <c>1.4</c>; negotiated when left out.</param>
public sealed record ServerModel(
    string Host, int Port, string CertificateSha256, string? Proxy = null, int? ConnectTimeoutMs = null,
    int? RequestTimeoutMs = null, string? TlsSuites = null, string? KmipVersion = null);
