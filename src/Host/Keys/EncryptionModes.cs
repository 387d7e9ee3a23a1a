using Lorica.Contracts.Host;

namespace Lorica.Host.Keys;

/// <summary>The words of <see cref="EncryptionMode"/>, as the original calls them.</summary>
internal static class EncryptionModes
{
    public static string Name(this EncryptionMode mode) => mode switch
    {
        EncryptionMode.Incapable => "incapable",
        EncryptionMode.Prepared => "prepared",
        EncryptionMode.Safe => "safe",
        EncryptionMode.PendingIncapable => "pendingIncapable",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "An encryption mode without a word."),
    };

    /// <summary>To the wire.</summary>
    public static HostCryptoMode ToMessage(this EncryptionMode member) => member switch
    {
        EncryptionMode.Incapable => HostCryptoMode.Incapable,
        EncryptionMode.Prepared => HostCryptoMode.Prepared,
        EncryptionMode.Safe => HostCryptoMode.Safe,
        EncryptionMode.PendingIncapable => HostCryptoMode.PendingIncapable,
        _ => throw new ArgumentOutOfRangeException(nameof(member), member, "A member that the wire does not know."),
    };
}
