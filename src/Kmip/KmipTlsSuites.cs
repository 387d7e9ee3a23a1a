namespace Lorica.Kmip;

/// <summary>Which cipher suites are offered or taken.</summary>
public enum KmipTlsSuites
{
    /// <summary>Those of the platform: TLS 1.3, and TLS 1.2 with ephemeral keys.</summary>
    Modern,

    /// <summary>
    /// In addition the TLS 1.2 suites with RSA key exchange that the KMIP profiles make mandatory: for key managers that know no
    /// others. They have no forward secrecy: who gets hold of the server's key later reads every connection that was recorded.
    /// </summary>
    KmipCompat,
}
