namespace Lorica.Broker.Providers;

/// <summary>One server of a provider and the certificate that a person accepted for it.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port, 5696 by default.</param>
/// <param name="CertificateSha256">SHA-256 of the DER certificate, lower-case hex.</param>
internal sealed record ServerEntry(string Host, int Port, string CertificateSha256)
{
    public override string ToString() => $"{Host}:{Port}";
}
