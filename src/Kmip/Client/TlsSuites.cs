using System.Net.Security;

namespace Lorica.Kmip.Client;

/// <summary>The cipher suites behind the names of <see cref="KmipTlsSuites"/>.</summary>
internal static class TlsSuites
{
    private static readonly TlsCipherSuite[] Compatible =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,

        // The profiles of KMIP: TLS 1.2 and RSA key exchange.
        TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA256, TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256,
        TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA, TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA,
    ];

    /// <summary>The policy; null is the platform's own.</summary>
    public static CipherSuitesPolicy? Policy(KmipTlsSuites suites)
    {
        if (suites == KmipTlsSuites.Modern)
        {
            return null;
        }

        return OperatingSystem.IsLinux()
            ? new CipherSuitesPolicy(Compatible)
            : throw new KmipException(KmipErrorKind.Misuse, "cipher suites can be chosen on Linux only");
    }
}
