namespace Lorica.Contracts.Rest;

/// <summary>Text in PEM: a certificate request, or a certificate.</summary>
/// <param name="Pem">The text.</param>
public sealed record PemBody(string Pem);
