namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/providers/{name}/identity/renew</c>: a new certificate, over the present key when nothing else is
/// said.
/// </summary>
/// <param name="NewKey">True: a self-signed identity gets a new key as well.</param>
/// <param name="SealedEnc">An uploaded identity: HPKE encapsulation, base64.</param>
/// <param name="SealedIdentity">PEM certificate and key, sealed to the broker's receive key for this provider and its servers,
/// base64.</param>
/// <param name="DiscardWaiting">True: what waits for the KMS to let it in is forgotten, and nothing else is done.</param>
/// <param name="Force">True: also when keys in use are not visible to it.</param>
public sealed record RenewIdentityBody(
    bool? NewKey = null, string? SealedEnc = null, string? SealedIdentity = null, bool? DiscardWaiting = null,
    bool? Force = null);
