using System.Security.Cryptography;
using System.Text;

namespace Lorica.Crypto;

/// <summary>
/// Seals of text files: HMAC-SHA-256 over every byte before the seal's own line, under HKDF-SHA-256(ikm, info, 32 bytes), as
/// base64.
/// </summary>
public static class FileSeal
{
    /// <summary>Info string of disk descriptors; ikm = the disk's DEK.</summary>
    public const string DescriptorInfo = "lorica-descriptor-seal-v1";

    /// <summary>Info string of VMX (and VMSD) files; ikm = the VM's dataFileKey.</summary>
    public const string VmxInfo = "lorica-vmx-seal-v1";

    /// <summary>The seal of the content.</summary>
    public static string Compute(KeyBuffer ikm, string info, ReadOnlySpan<byte> content)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Mac(ikm, info, content, mac);
        return Convert.ToBase64String(mac);
    }

    /// <summary>Whether the text is the seal of the content (any other text, also malformed, is not). Constant time.</summary>
    public static bool Verify(KeyBuffer ikm, string info, ReadOnlySpan<byte> content, ReadOnlySpan<char> base64)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Mac(ikm, info, content, expected);

        // Compared as text: base64 decoders accept white space and stray bits, a seal has one spelling only.
        Span<char> text = stackalloc char[44];
        return Convert.TryToBase64Chars(expected, text, out int length)
            && CryptographicOperations.FixedTimeEquals(
                System.Runtime.InteropServices.MemoryMarshal.AsBytes((ReadOnlySpan<char>)text[..length]),
                System.Runtime.InteropServices.MemoryMarshal.AsBytes(base64));
    }

    private static void Mac(KeyBuffer ikm, string info, ReadOnlySpan<byte> content, Span<byte> mac)
    {
        ArgumentNullException.ThrowIfNull(info);
        using var key = KeyDerivation.Hkdf(ikm, Encoding.UTF8.GetBytes(info), 32);
        HMACSHA256.HashData(key.Span, content, mac);
        StackScrubber.Scrub();
    }
}
