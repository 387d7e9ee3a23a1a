namespace Lorica.Contracts.Rest;

/// <summary>A key provider.</summary>
public sealed record ProviderModel(
    string Name, bool Default, IReadOnlyList<ServerModel> Servers, string Identity, string ClientCertificatePem,
    string ClientCertificateSha256, DateTimeOffset? ClientNotAfter,
    string? UserName = null);
