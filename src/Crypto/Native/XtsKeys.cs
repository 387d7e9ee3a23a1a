namespace Lorica.Crypto.Native;

/// <summary>
/// Where the round keys lie in their key buffer. Three schedules of 15 round keys of 16 bytes, each at a multiple of 256 bytes:
/// to encrypt data, to decrypt data (equivalent inverse cipher, FIPS 197 §5.3.5), to encrypt tweaks. With libcrypto the
/// buffer begins with the 64 bytes of the key itself instead.
/// </summary>
internal static class XtsKeys
{
    public const int Rounds = 14;
    public const int Encrypt = 0;
    public const int Decrypt = 256;
    public const int Tweak = 512;
    public const int Bytes = 768;
}
