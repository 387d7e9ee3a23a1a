namespace Lorica.ControlPlane.Policies;

/// <summary>
/// What a policy comes to at one object (VM home or a disk), pure.
/// <code>
/// request   policy          object      then
/// none      encryption      plain       encrypt with a new key of the default provider
/// none      encryption      encrypted   nothing
/// none      other           plain       nothing
/// none      other           encrypted   decrypt
/// encrypt   encryption      plain       encrypt with a new key of the provider named
/// encrypt   encryption      encrypted   refused: encrypted already
/// encrypt   other           any         refused: bad policy
/// decrypt   encryption      any         refused: bad policy
/// decrypt   other           encrypted   decrypt
/// decrypt   other           plain       refused: not encrypted
/// </code>
/// A recrypt is never decided by a policy: it is always explicit.
/// </summary>
internal static class PolicyDecision
{
    /// <summary>Looks it up.</summary>
    public static PolicyVerdict Of(CryptoRequest request, bool encryptionPolicy, bool encrypted) =>
        (request, encryptionPolicy, encrypted) switch
        {
            (CryptoRequest.None, true, false) => PolicyVerdict.Encrypt,
            (CryptoRequest.None, true, true) => PolicyVerdict.Nothing,
            (CryptoRequest.None, false, false) => PolicyVerdict.Nothing,
            (CryptoRequest.None, false, true) => PolicyVerdict.Decrypt,
            (CryptoRequest.Encrypt, true, false) => PolicyVerdict.Encrypt,
            (CryptoRequest.Encrypt, true, true) => PolicyVerdict.AlreadyEncrypted,
            (CryptoRequest.Encrypt, false, _) => PolicyVerdict.BadPolicy,
            (CryptoRequest.Decrypt, true, _) => PolicyVerdict.BadPolicy,
            (CryptoRequest.Decrypt, false, true) => PolicyVerdict.Decrypt,
            (CryptoRequest.Decrypt, false, false) => PolicyVerdict.NotEncrypted,
            _ => throw new ArgumentOutOfRangeException(nameof(request)),
        };
}
