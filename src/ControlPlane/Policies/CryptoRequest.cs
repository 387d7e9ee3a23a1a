namespace Lorica.ControlPlane.Policies;

/// <summary>What a request to set a policy says about keys.</summary>
public enum CryptoRequest
{
    /// <summary>Nothing: the policy decides.</summary>
    None,

    /// <summary>Encrypt, with a key of the provider that is named.</summary>
    Encrypt,

    /// <summary>Decrypt.</summary>
    Decrypt,
}
