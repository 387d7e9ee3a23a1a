namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/hosts</c>.</summary>
/// <param name="Address"><c>ADDRESS:PORT</c>.</param>
/// <param name="Token">Shown on the host's console.</param>
/// <param name="CertificateSha256">The certificate that the person saw, hex.</param>
/// <param name="Cluster">Cluster or datacenter; null for the only one.</param>
/// <param name="Name">Display name; null for the host's own.</param>
public sealed record AddHostBody(
    string Address, string Token, string CertificateSha256, string? Cluster = null, string? Name = null)
{
    /// <inheritdoc />
    public override string ToString() => $"{nameof(AddHostBody)} {Address}";
}
