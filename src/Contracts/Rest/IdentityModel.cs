namespace Lorica.Contracts.Rest;

/// <summary>Who we are, were, or will be to the servers of a provider.</summary>
/// <param name="Kind"><c>broker</c>, <c>selfSigned</c>, <c>csr</c> or <c>uploaded</c>.</param>
/// <param name="CertificatePem">Client certificate.</param>
/// <param name="CertificateSha256">SHA-256 of it, hex.</param>
/// <param name="KeySha256">SHA-256 of its public key, hex: what lorica-kms knows a client by.</param>
/// <param name="NotBefore">Its beginning.</param>
/// <param name="NotAfter">Its end.</param>
/// <param name="Since">In use since then; null when nobody knows, or when it never was.</param>
/// <param name="UserName">User name beside the certificate; null for none.</param>
public sealed record IdentityModel(
    string Kind, string CertificatePem, string CertificateSha256, string KeySha256, DateTimeOffset? NotBefore,
    DateTimeOffset? NotAfter, DateTimeOffset? Since, string? UserName);
