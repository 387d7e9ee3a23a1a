using System.Security.Cryptography;
using Lorica.Crypto.Hpke;

namespace Lorica.Crypto;

/// <summary>
/// Seals a key to a receiver: HPKE (RFC 9180) base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, one message.
/// </summary>
public static class HpkeSender
{
    /// <summary>
    /// Seals under a fresh ephemeral key. <c>Enc</c> is the encapsulated key (65 bytes). A bad recipient key is
    /// <see cref="CryptoErrorKind.InvalidKey"/>.
    /// </summary>
    public static (byte[] Enc, byte[] Ciphertext) Seal(
        ReadOnlySpan<byte> recipientPublicKey, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, KeyBuffer plaintext)
    {
        using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Seal(ephemeral, recipientPublicKey, info, aad, plaintext);
    }

    /// <summary>The seam for published vectors, which fix the ephemeral key.</summary>
    internal static (byte[] Enc, byte[] Ciphertext) Seal(
        ECDiffieHellman ephemeral, ReadOnlySpan<byte> recipientPublicKey, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad,
        KeyBuffer plaintext)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        using var recipient = P256.Deserialize(recipientPublicKey);
        try
        {
            byte[] enc = P256.Serialize(ephemeral);
            using var dh = P256.Agree(ephemeral, recipient);
            using var shared = HpkeSuite.SharedSecret(dh, enc, recipientPublicKey);
            using var schedule = HpkeSuite.KeySchedule(shared, info);
            return (enc, HpkeSuite.Seal(schedule, aad, plaintext));
        }
        finally
        {
            StackScrubber.Scrub();
        }
    }
}
