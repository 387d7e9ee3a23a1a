namespace Lorica.Contracts.Rest;

/// <summary>The identities of a key provider.</summary>
/// <param name="Name">Provider.</param>
/// <param name="Present">In use.</param>
/// <param name="Former">In use before, and kept until the next change; null for none.</param>
/// <param name="Waiting">Made, and not let in by the KMS when it was tried; null for none.</param>
/// <param name="UnprovenSince">Since then the identity in use is one that was not proven to see the keys in use.</param>
public sealed record ProviderIdentityModel(
    string Name, IdentityModel Present, IdentityModel? Former, IdentityModel? Waiting, DateTimeOffset? UnprovenSince);
