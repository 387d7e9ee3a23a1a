namespace Lorica.Contracts.Rest;

/// <summary>Names a key: <c>POST /api/v1/keys/restore</c>.</summary>
/// <param name="Provider">Key provider.</param>
/// <param name="Id">Unique identifier on the KMS.</param>
public sealed record KeyRefBody(string Provider, string Id);
