namespace Lorica.Contracts.Rest;

/// <summary>One server of a key provider, and the certificate that a person accepted for it.</summary>
public sealed record ServerModel(string Host, int Port, string CertificateSha256);
