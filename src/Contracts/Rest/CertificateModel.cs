namespace Lorica.Contracts.Rest;

/// <summary>A certificate for a person to accept.</summary>
public sealed record CertificateModel(
    string Sha256, string Subject, string Issuer, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Pem);
