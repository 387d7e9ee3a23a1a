using System.Security.Cryptography;
using System.Text;

namespace Lorica.Crypto;

/// <summary>
/// KCV: the first 8 bytes of HMAC-SHA-256(KEK, "lorica-kcv-v1") as 16 lower-case hex digits. Tells a wrong key from a damaged
/// file without revealing the key.
/// </summary>
public static class KeyCheckValue
{
    private const int Bytes = 8;

    /// <summary>The check value of a key.</summary>
    public static string Compute(KeyBuffer kek)
    {
        ArgumentNullException.ThrowIfNull(kek);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(kek.Span, "lorica-kcv-v1"u8, mac);
        GC.KeepAlive(kek);
        string text = Convert.ToHexStringLower(mac[..Bytes]);
        StackScrubber.Scrub();
        return text;
    }

    /// <summary>Whether the text is the check value of the key.</summary>
    public static bool Matches(KeyBuffer kek, string kcv)
    {
        ArgumentNullException.ThrowIfNull(kcv);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Compute(kek)), Encoding.UTF8.GetBytes(kcv));
    }
}
