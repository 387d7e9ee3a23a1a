namespace Lorica.Host.Keys;

/// <summary>Encryption mode of a host; <see cref="EncryptionModes"/> has the words.</summary>
internal enum EncryptionMode
{
    Incapable,
    Prepared,
    Safe,
    PendingIncapable,
}
