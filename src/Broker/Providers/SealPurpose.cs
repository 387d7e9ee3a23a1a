namespace Lorica.Broker.Providers;

/// <summary>What a blob under <see cref="SealKey"/> is; one does not open as another.</summary>
internal static class SealPurpose
{
    /// <summary>PEM certificate and private key.</summary>
    public const string Identity = "identity";

    /// <summary>PEM private key for which a certificate was requested.</summary>
    public const string RequestedKey = "requested";

    /// <summary>User name, line feed, password.</summary>
    public const string Credential = "credential";
}
