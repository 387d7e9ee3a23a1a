using System.Buffers.Binary;
using System.Text;

namespace Lorica.Crypto;

/// <summary>The bytes that bind the delivery of a KEK to one center, one host, one start of that host and one step.</summary>
public static class KeyDelivery
{
    private const int HashBytes = 32;

    /// <summary>
    /// HPKE info: <c>lorica-addkeys-v1</c> ‖ SHA-256(center's SPKI) ‖ SHA-256(host's SPKI) ‖ boot nonce (32) ‖ sequence (u64,
    /// big-endian).
    /// </summary>
    public static byte[] Info(
        ReadOnlySpan<byte> centerSpkiSha256, ReadOnlySpan<byte> hostSpkiSha256, ReadOnlySpan<byte> bootNonce, ulong sequence)
    {
        RequireLength(centerSpkiSha256, nameof(centerSpkiSha256));
        RequireLength(hostSpkiSha256, nameof(hostSpkiSha256));
        RequireLength(bootNonce, nameof(bootNonce));
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(number, sequence);
        return [.. "lorica-addkeys-v1"u8, .. centerSpkiSha256, .. hostSpkiSha256, .. bootNonce, .. number];
    }

    /// <summary>
    /// HPKE additional data: provider, key id, KCV and operation, each as UTF-8 behind its length (u32, big-endian), so that no
    /// two different quadruples give the same bytes.
    /// </summary>
    public static byte[] AdditionalData(KeyId key, string kcv, string operation)
        => [.. Prefixed(key.Provider), .. Prefixed(key.Id), .. Prefixed(kcv), .. Prefixed(operation)];

    /// <summary>
    /// What a host signs (ECDSA P-256, SHA-256, with its certificate's key) when it presents its receive key:
    /// <c>lorica-present-v1</c> ‖ receive key (65, uncompressed point) ‖ boot nonce (32).
    /// </summary>
    public static byte[] PresentationToSign(ReadOnlySpan<byte> receiveKey, ReadOnlySpan<byte> bootNonce)
    {
        if (receiveKey.Length != 65)
        {
            throw new ArgumentException("A receive key is an uncompressed P-256 point of 65 bytes.", nameof(receiveKey));
        }

        RequireLength(bootNonce, nameof(bootNonce));
        return [.. "lorica-present-v1"u8, .. receiveKey, .. bootNonce];
    }

    private static byte[] Prefixed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)bytes.Length);
        return [.. length, .. bytes];
    }

    private static void RequireLength(ReadOnlySpan<byte> value, string name)
    {
        if (value.Length != HashBytes)
        {
            throw new ArgumentException($"Must be {HashBytes} bytes.", name);
        }
    }
}
