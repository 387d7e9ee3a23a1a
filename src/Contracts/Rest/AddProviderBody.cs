namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/providers</c>.</summary>
/// <param name="Name">Provider name; part of every key locator.</param>
/// <param name="Servers">Replicas, in the order in which they are tried.</param>
/// <param name="Identity"><c>broker</c> (certificate of the center's CA), <c>selfSigned</c>,
/// <c>csr</c> (somebody else signs), or <c>uploaded</c>.</param>
/// <param name="SealedEnc">With <c>uploaded</c>: HPKE encapsulation, base64.</param>
/// <param name="SealedIdentity">With <c>uploaded</c>: PEM certificate and key, sealed to the broker's receive key for this name
/// and these servers, base64.</param>
/// <param name="CredentialEnc">User name and password: HPKE encapsulation, base64.</param>
/// <param name="SealedCredential">User name, line feed, password, sealed in the same way, base64.</param>
/// <param name="Force">True: also when keys in use under this name are not visible to the identity.</param>
public sealed record AddProviderBody(
    string Name, IReadOnlyList<ServerModel> Servers, string Identity = "broker",
    string? SealedEnc = null, string? SealedIdentity = null, string? CredentialEnc = null, string? SealedCredential = null,
    bool? Force = null);
