using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lorica.Contracts.Trust;

/// <summary>
/// The proofs of joining: HMAC-SHA-256 under the 16 bytes of the token over
/// <code>
/// "lorica-join-v1" 00 role 00 center-nonce[32] host-nonce[32] u32be(n) center-SPKI[n] u32be(m) host-SPKI[m]
/// </code>
/// with role <c>center</c> or <c>host</c>. The public keys are those of the TLS connection, as each side sees them: whoever
/// stands between has other ones, and no proof that they see helps them.
/// </summary>
public static class JoinProof
{
    /// <summary>Bytes of a nonce and of a proof.</summary>
    public const int Size = 32;

    /// <summary>The proof of <paramref name="role"/>.</summary>
    public static byte[] Of(
        JoinToken token, string role, ReadOnlySpan<byte> centerNonce, ReadOnlySpan<byte> hostNonce, ReadOnlySpan<byte> centerSpki,
        ReadOnlySpan<byte> hostSpki)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, token.Bytes);
        mac.AppendData("lorica-join-v1\0"u8);
        mac.AppendData(System.Text.Encoding.ASCII.GetBytes(role));
        mac.AppendData([0]);
        mac.AppendData(centerNonce);
        mac.AppendData(hostNonce);
        foreach (byte[] spki in (byte[][])[centerSpki.ToArray(), hostSpki.ToArray()])
        {
            byte[] length = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(length, (uint)spki.Length);
            mac.AppendData(length);
            mac.AppendData(spki);
        }

        return mac.GetHashAndReset();
    }
}
