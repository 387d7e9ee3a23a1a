namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>What setting a policy does to the files.</summary>
internal enum PolicyAction
{
    /// <summary>They are already as the policy wants.</summary>
    Nothing,

    /// <summary>What is plain is encrypted.</summary>
    Encrypt,

    /// <summary>What is encrypted is decrypted.</summary>
    Decrypt,
}
