namespace Lorica.Crypto;

/// <summary>What computes XTS-AES-256 in this process.</summary>
public enum XtsBackend
{
    /// <summary>x86 AES instructions.</summary>
    AesNi,

    /// <summary>Arm AES instructions.</summary>
    ArmAes,

    /// <summary>OpenSSL's libcrypto, because the processor has no AES instructions (or the environment asks for it).</summary>
    LibCrypto,
}
