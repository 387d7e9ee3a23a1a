using System.Security.Cryptography;
using System.Text;

namespace Lorica.Crypto;

/// <summary>HKDF-SHA-256 (RFC 5869) from key memory into key memory.</summary>
public static class KeyDerivation
{
    /// <summary>HKDF without salt. The caller owns the result.</summary>
    public static KeyBuffer Hkdf(KeyBuffer ikm, ReadOnlySpan<byte> info, int length) => Hkdf(ikm, [], info, length);

    /// <summary>HKDF with salt. The caller owns the result.</summary>
    public static KeyBuffer Hkdf(KeyBuffer ikm, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info, int length)
    {
        ArgumentNullException.ThrowIfNull(ikm);
        var output = KeyBuffer.Allocate(length);
        try
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, ikm.Span, output.Span, salt, info);
            GC.KeepAlive(ikm);
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
        finally
        {
            StackScrubber.Scrub();
        }
    }

    /// <summary>
    /// The key of one file of a VM home: info = <c>lorica-home-v1</c> 0x00 kind 0x00 file id (16 bytes, RFC 4122 order); 32
    /// bytes.
    /// </summary>
    public static KeyBuffer HomeKey(KeyBuffer dataFileKey, string kind, Guid fileId)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        if (kind.Contains('\0'))
        {
            throw new ArgumentException("A kind contains no NUL.", nameof(kind));
        }

        byte[] info = [.. "lorica-home-v1\0"u8, .. Encoding.UTF8.GetBytes(kind), 0, .. fileId.ToByteArray(bigEndian: true)];
        return Hkdf(dataFileKey, info, 32);
    }
}
