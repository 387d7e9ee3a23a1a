namespace Lorica.Model;

/// <summary>Encryption mode of a host. <see cref="HostWords"/> has the words.</summary>
public enum HostCryptoMode
{
    /// <summary>Not prepared.</summary>
    Incapable,

    /// <summary>Ready for a host key, or waiting for the one it had.</summary>
    Prepared,

    /// <summary>Has its host key.</summary>
    Safe,

    /// <summary>Disabled; incapable after its next start.</summary>
    PendingIncapable,
}
