using System.Security.Cryptography.X509Certificates;

namespace Lorica.Kmip;

/// <summary>
/// How the client knows its server. At least one of the two must be given; when both are, both must hold. The machine's own
/// trust store is never asked.
/// </summary>
public sealed record KmipServerTrust
{
    /// <summary>
    /// SHA-256 over the DER of the server's certificate, 64 hex digits (colons allowed). A pinned certificate is the identity
    /// itself: neither its name nor its dates are checked, since it names exactly one key holder (as vCenter does).
    /// </summary>
    public string? PinnedCertificateSha256 { get; init; }

    /// <summary>
    /// Roots to which the server's chain must lead. With roots and no pin, the name of the certificate must match.
    /// </summary>
    public X509Certificate2Collection? Roots { get; init; }

    /// <summary>The name the certificate must carry; by default the host that is dialled.</summary>
    public string? ServerName { get; init; }
}
