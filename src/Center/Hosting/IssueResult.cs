namespace Lorica.Center.Hosting;

/// <summary>The JSON line of <c>issue</c>.</summary>
/// <param name="SpkiSha256">Pin of the node: SHA-256 of its SubjectPublicKeyInfo, hex.</param>
/// <param name="CertificateSha256">SHA-256 of its certificate (DER), hex.</param>
internal sealed record IssueResult(string SpkiSha256, string CertificateSha256);
