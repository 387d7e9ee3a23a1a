namespace Lorica.ControlPlane.Policies;

/// <summary>What a policy comes to at one object.</summary>
internal enum PolicyVerdict
{
    /// <summary>It is already as the policy wants.</summary>
    Nothing,

    /// <summary>Encrypt it.</summary>
    Encrypt,

    /// <summary>Decrypt it.</summary>
    Decrypt,

    /// <summary>Refused: the policy does not allow what the request asks for.</summary>
    BadPolicy,

    /// <summary>Refused: it is encrypted already.</summary>
    AlreadyEncrypted,

    /// <summary>Refused: it is not encrypted.</summary>
    NotEncrypted,
}
