using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lorica.Crypto.Hpke;

/// <summary>
/// The parts of RFC 9180 that both sides share, for the one suite we speak: DHKEM(P-256, HKDF-SHA256) (0x0010), HKDF-SHA256
/// (0x0001), AES-256-GCM (0x0002), base mode. Secrets stay in key memory.
/// </summary>
internal static class HpkeSuite
{
    public const int PublicKeyBytes = 65;
    public const int TagBytes = 16;

    private const int SecretBytes = 32, AeadKeyBytes = 32, NonceBytes = 12;

    private static ReadOnlySpan<byte> KemSuite => "KEM\x00\x10"u8;

    private static ReadOnlySpan<byte> HpkeSuiteId => "HPKE\x00\x10\x00\x01\x00\x02"u8;

    /// <summary>
    /// ExtractAndExpand of DHKEM (RFC 9180 §4.1): the shared secret from the Diffie-Hellman value and both public keys.
    /// </summary>
    public static KeyBuffer SharedSecret(KeyBuffer dh, ReadOnlySpan<byte> enc, ReadOnlySpan<byte> recipient)
    {
        using var eaePrk = LabeledExtract(KemSuite, [], "eae_prk"u8, dh.Span);
        return LabeledExpand(KemSuite, eaePrk, "shared_secret"u8, [.. enc, .. recipient], SecretBytes);
    }

    /// <summary>
    /// KeySchedule in base mode (RFC 9180 §5.1): AES-256-GCM key (32 bytes) followed by the base nonce (12 bytes).
    /// </summary>
    public static KeyBuffer KeySchedule(KeyBuffer sharedSecret, ReadOnlySpan<byte> info)
    {
        const byte baseMode = 0;
        using var pskIdHash = LabeledExtract(HpkeSuiteId, [], "psk_id_hash"u8, []);
        using var infoHash = LabeledExtract(HpkeSuiteId, [], "info_hash"u8, info);
        byte[] context = [baseMode, .. pskIdHash.Span, .. infoHash.Span];
        using var secret = LabeledExtract(HpkeSuiteId, sharedSecret.Span, "secret"u8, []);
        using var key = LabeledExpand(HpkeSuiteId, secret, "key"u8, context, AeadKeyBytes);
        using var nonce = LabeledExpand(HpkeSuiteId, secret, "base_nonce"u8, context, NonceBytes);
        var both = KeyBuffer.Allocate(AeadKeyBytes + NonceBytes);
        key.Span.CopyTo(both.Span);
        nonce.Span.CopyTo(both.Span[AeadKeyBytes..]);
        return both;
    }

    /// <summary>
    /// Seals the first (and only) message of a context, in which the sequence number is 0 and the nonce the base nonce.
    /// </summary>
    public static byte[] Seal(KeyBuffer schedule, ReadOnlySpan<byte> aad, KeyBuffer plaintext)
    {
        byte[] output = new byte[plaintext.Length + TagBytes];
        using (var gcm = new AesGcm(schedule.Span[..AeadKeyBytes], TagBytes))
        {
            gcm.Encrypt(
                schedule.Span[AeadKeyBytes..], plaintext.Span, output.AsSpan(0, plaintext.Length),
                output.AsSpan(plaintext.Length), aad);
        }

        return output;
    }

    /// <summary>Opens the first message of a context into key memory.</summary>
    public static KeyBuffer Open(KeyBuffer schedule, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> ciphertext)
    {
        var plaintext = KeyBuffer.Allocate(ciphertext.Length - TagBytes);
        try
        {
            using var gcm = new AesGcm(schedule.Span[..AeadKeyBytes], TagBytes);
            gcm.Decrypt(schedule.Span[AeadKeyBytes..], ciphertext[..^TagBytes], ciphertext[^TagBytes..], plaintext.Span, aad);
            return plaintext;
        }
        catch
        {
            plaintext.Dispose();
            throw;
        }
    }

    private static KeyBuffer LabeledExtract(
        ReadOnlySpan<byte> suite, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> ikm)
    {
        int prefix = "HPKE-v1"u8.Length + suite.Length + label.Length;
        using var labeled = KeyBuffer.Allocate(prefix + ikm.Length);
        "HPKE-v1"u8.CopyTo(labeled.Span);
        suite.CopyTo(labeled.Span["HPKE-v1"u8.Length..]);
        label.CopyTo(labeled.Span[("HPKE-v1"u8.Length + suite.Length)..]);
        ikm.CopyTo(labeled.Span[prefix..]);
        var prk = KeyBuffer.Allocate(SecretBytes);
        HKDF.Extract(HashAlgorithmName.SHA256, labeled.Span, salt, prk.Span);
        return prk;
    }

    private static KeyBuffer LabeledExpand(
        ReadOnlySpan<byte> suite, KeyBuffer prk, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, int length)
    {
        Span<byte> size = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(size, (ushort)length);
        byte[] labeled = [.. size, .. "HPKE-v1"u8, .. suite, .. label, .. info];
        var output = KeyBuffer.Allocate(length);
        HKDF.Expand(HashAlgorithmName.SHA256, prk.Span, output.Span, labeled);
        return output;
    }
}
