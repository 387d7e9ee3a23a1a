namespace Lorica.Kmip;

/// <summary>State of a managed object (KMIP 1.1, 3.17/3.22; values of 9.1.3.2.17).</summary>
public enum KmipKeyState
{
    /// <summary>Exists, not yet usable for protecting data.</summary>
    PreActive = 1,

    /// <summary>May protect and process data.</summary>
    Active = 2,

    /// <summary>Must not protect new data; still decrypts old.</summary>
    Deactivated = 3,

    /// <summary>Known or suspected to be in foreign hands.</summary>
    Compromised = 4,

    /// <summary>The material is gone.</summary>
    Destroyed = 5,

    /// <summary>The material is gone, and was compromised.</summary>
    DestroyedCompromised = 6,
}
