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
}
