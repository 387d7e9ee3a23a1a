namespace Lorica.Host.Keys;

/// <summary>Encryption modes of a host, as the original calls them.</summary>
internal static class CryptoModes
{
    public const string Incapable = "incapable";
    public const string Prepared = "prepared";
    public const string Safe = "safe";
    public const string PendingIncapable = "pendingIncapable";
}
