namespace Lorica.Contracts.Rest;

/// <summary><c>PATCH /api/v1/providers/{name}</c>: what is left out stays as it is.</summary>
/// <param name="Servers">All replicas in their new order. A server or certificate that is new to a provider with a password needs
/// the password anew, or <c>noCredential</c>.</param>
/// <param name="Identity">A new identity towards the KMS: <c>broker</c>, <c>selfSigned</c>, <c>csr</c> or
/// <c>uploaded</c>.</param>
/// <param name="SealedEnc">With <c>uploaded</c>: HPKE encapsulation, base64.</param>
/// <param name="SealedIdentity">With <c>uploaded</c>: PEM certificate and key, sealed to the broker's receive key for this
/// provider and its servers, base64.</param>
/// <param name="Default">True: it becomes the default provider.</param>
/// <param name="CredentialEnc">User name and password: HPKE encapsulation, base64.</param>
/// <param name="SealedCredential">User name, line feed, password, sealed in the same way, base64.</param>
/// <param name="NoCredential">True: the user name and password are forgotten.</param>
/// <param name="Force">True: a new identity or credential also when keys in use are not visible to it.</param>
public sealed record EditProviderBody(
    IReadOnlyList<ServerModel>? Servers = null, string? Identity = null, string? SealedEnc = null, string? SealedIdentity = null,
    bool? Default = null, string? CredentialEnc = null, string? SealedCredential = null, bool? NoCredential = null,
    bool? Force = null);
