namespace Lorica.Model;

/// <summary>Encryption modes, as hosts tell them.</summary>
public static class HostCryptoModes
{
    /// <summary>Not prepared.</summary>
    public const string Incapable = "incapable";

    /// <summary>Ready for a host key, or waiting for the one it had.</summary>
    public const string Prepared = "prepared";

    /// <summary>Has its host key.</summary>
    public const string Safe = "safe";

    /// <summary>Disabled; incapable after its next start.</summary>
    public const string PendingIncapable = "pendingIncapable";
}
