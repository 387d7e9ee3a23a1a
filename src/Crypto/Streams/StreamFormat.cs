using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lorica.Crypto.Streams;

/// <summary>
/// Layout of a sealed stream (all integers big-endian):
/// <code>
///     0   8  magic "LORICASS"          so that a file can be told apart before anything else is believed
///     8   2  version 1
///    10   2  kind
///    12  16  owner object id           RFC 4122 byte order
///    28  16  stream id                 RFC 4122 byte order
///    44  32  salt                      fresh for each writing: no two streams ever share a chunk key
///    76   4  chunk size, 65536
///    80      end of the fixed header, whose SHA-256 goes into the chunk key
///    80   4  length of the key section, at most 8192
///    84  12  zero
///    96 8192 key section, padded with zeros: replaceable in place, the chunks never move
///  8288  32  HMAC-SHA-256 over bytes 0 to 8287, under HKDF(file key, "lorica-stream-keys-v1")
///  8320      chunks: ciphertext ‖ 16-byte tag
/// </code>
/// </summary>
internal static class StreamFormat
{
    public const int FixedHeaderBytes = 80;
    public const int SectionLengthAt = 80;
    public const int SectionAt = 96;
    public const int LargestSection = 8192;
    public const int MacAt = SectionAt + LargestSection;
    public const int MacBytes = 32;
    public const int HeaderBytes = MacAt + MacBytes;
    public const int ChunkBytes = 64 * 1024;
    public const int TagBytes = 16;
    public const int NonceBytes = 12;
    public const int FileKeyBytes = 32;

    /// <summary>Most chunks of a stream.</summary>
    public const ulong MostChunks = 1ul << 32;

    private const int SaltAt = 44;
    private const ushort Version = 1;

    private static ReadOnlySpan<byte> Magic => "LORICASS"u8;

    /// <summary>Header with a fresh salt, key section and its HMAC.</summary>
    public static byte[] Write(SealedStreamHeader header, KeyBuffer fileKey, ReadOnlySpan<byte> keySection)
    {
        byte[] bytes = new byte[HeaderBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(10), checked((ushort)header.Kind));
        header.OwnerId.TryWriteBytes(bytes.AsSpan(12), bigEndian: true, out _);
        header.StreamId.TryWriteBytes(bytes.AsSpan(28), bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes.AsSpan(SaltAt, 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(76), ChunkBytes);
        WriteSection(bytes, fileKey, keySection);
        return bytes;
    }

    /// <summary>Puts a key section and its HMAC into a header whose fixed part is there.</summary>
    public static void WriteSection(byte[] bytes, KeyBuffer fileKey, ReadOnlySpan<byte> keySection)
    {
        if (keySection.Length > LargestSection)
        {
            throw new ArgumentException(
                $"A key section has at most {LargestSection} bytes, not {keySection.Length}.", nameof(keySection));
        }

        RequireFileKey(fileKey);
        bytes.AsSpan(SectionLengthAt, MacAt - SectionLengthAt).Clear();
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(SectionLengthAt), (uint)keySection.Length);
        keySection.CopyTo(bytes.AsSpan(SectionAt));
        Mac(bytes, fileKey, bytes.AsSpan(MacAt, MacBytes));
    }

    /// <summary>Checks the shape of the header; nothing is verified yet.</summary>
    public static (SealedStreamHeader Header, ReadOnlyMemory<byte> KeySection) Read(byte[] bytes)
    {
        if (!bytes.AsSpan(0, 8).SequenceEqual(Magic))
        {
            throw Bad("it does not begin as one");
        }

        ushort version = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(8));
        var kind = (SealedStreamKind)BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(10));
        uint section = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(SectionLengthAt));
        if (version != Version || !Enum.IsDefined(kind) || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(76)) != ChunkBytes)
        {
            throw Bad($"version {version}, kind {(int)kind} or its chunk size is unknown");
        }

        if (section > LargestSection
            || bytes.AsSpan(SectionLengthAt + 4, SectionAt - SectionLengthAt - 4).ContainsAnyExcept((byte)0)
            || bytes.AsSpan(SectionAt + (int)section, LargestSection - (int)section).ContainsAnyExcept((byte)0))
        {
            throw Bad("its key section is too long or badly padded");
        }

        var header = new SealedStreamHeader
        {
            Kind = kind,
            OwnerId = new Guid(bytes.AsSpan(12, 16), bigEndian: true),
            StreamId = new Guid(bytes.AsSpan(28, 16), bigEndian: true),
        };
        return (header, bytes.AsMemory(SectionAt, (int)section));
    }

    /// <summary>Refuses a header that was not made with this file key.</summary>
    public static void Verify(byte[] bytes, KeyBuffer fileKey)
    {
        RequireFileKey(fileKey);
        Span<byte> expected = stackalloc byte[MacBytes];
        Mac(bytes, fileKey, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, bytes.AsSpan(MacAt, MacBytes)))
        {
            throw new CryptoException(
                CryptoErrorKind.BadSeal, "The header of the sealed stream was edited, or its file key is another one.");
        }
    }

    /// <summary>The key of the chunks: HKDF-SHA-256(file key, salt, "lorica-stream-v1" ‖ SHA-256(fixed header)).</summary>
    public static KeyBuffer ChunkKey(byte[] bytes, KeyBuffer fileKey)
    {
        byte[] info = [.. "lorica-stream-v1"u8, .. SHA256.HashData(bytes.AsSpan(0, FixedHeaderBytes))];
        return KeyDerivation.Hkdf(fileKey, bytes.AsSpan(SaltAt, 32), info, 32);
    }

    /// <summary>Nonce of a chunk: its number (11 bytes, big-endian), then 1 for the last chunk and 0 for any other.</summary>
    public static void Nonce(Span<byte> nonce, ulong chunk, bool last)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[3..], chunk);
        nonce[11] = last ? (byte)1 : (byte)0;
    }

    public static CryptoException Bad(string why) => new(CryptoErrorKind.BadStream, $"Not a whole sealed stream: {why}.");

    private static void Mac(byte[] bytes, KeyBuffer fileKey, Span<byte> mac)
    {
        using var key = KeyDerivation.Hkdf(fileKey, "lorica-stream-keys-v1"u8, 32);
        HMACSHA256.HashData(key.Span, bytes.AsSpan(0, MacAt), mac);
        StackScrubber.Scrub();
    }

    private static void RequireFileKey(KeyBuffer fileKey)
    {
        if (fileKey.Length != FileKeyBytes)
        {
            throw new CryptoException(CryptoErrorKind.InvalidKey, $"A file key has {FileKeyBytes} bytes, not {fileKey.Length}.");
        }
    }
}
