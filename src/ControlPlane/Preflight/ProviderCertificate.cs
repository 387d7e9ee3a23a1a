namespace Lorica.ControlPlane.Preflight;

/// <summary>A certificate of a key provider and its end.</summary>
/// <param name="Whose"><c>the client certificate of …</c> or <c>the certificate of server …</c>.</param>
/// <param name="NotAfter">Its end.</param>
/// <param name="Client">Ours, shown to the KMS.</param>
internal sealed record ProviderCertificate(string Whose, DateTimeOffset NotAfter, bool Client);
