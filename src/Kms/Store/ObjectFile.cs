using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lorica.Crypto;
using Lorica.Kmip;

namespace Lorica.Kms.Store;

/// <summary>
/// The bytes of one object's file. All numbers are big-endian.
/// <code>
/// offset  size  what
/// 0       8     "LORICAK1"
/// 8       4     version, 1
/// 12      4     M, length of the metadata
/// 16      M     metadata: JSON, UTF-8 (identifier, owner, type, state, attributes)
/// 16+M    4     S, length of the sealed material; 0 in a tombstone
/// 20+M    S     nonce (12) ‖ ciphertext ‖ tag (16): AES-256-GCM under HKDF(root, "lorica-kms-material-v1"),
///               additional data = "lorica-kms-material-v1\n" ‖ identifier
/// 20+M+S  32    HMAC-SHA-256 over all before, under HKDF(root, "lorica-kms-object-v1")
/// </code>
/// The material does not move when metadata changes, so that a change of state never opens it; the HMAC binds both together and
/// shows damage and edits alike. An older whole file put back is not noticed.
/// </summary>
internal static class ObjectFile
{
    private const int Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int SealBytes = 32;
    private const int FixedBytes = 20;
    private const int MaximumBytes = 4 << 20;

    private static ReadOnlySpan<byte> Magic => "LORICAK1"u8;

    /// <summary>Puts a file together.</summary>
    public static byte[] Encode(KmipObject o, ReadOnlySpan<byte> sealedMaterial, RootKey keys)
    {
        byte[] metadata = JsonSerializer.SerializeToUtf8Bytes(ObjectRecord.From(o), RecordJson.Default.ObjectRecord);
        byte[] file = new byte[FixedBytes + metadata.Length + sealedMaterial.Length + SealBytes];
        Magic.CopyTo(file);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(12), metadata.Length);
        metadata.CopyTo(file, 16);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16 + metadata.Length), sealedMaterial.Length);
        sealedMaterial.CopyTo(file.AsSpan(FixedBytes + metadata.Length));
        HMACSHA256.HashData(keys.Seal.Span, file.AsSpan(0, file.Length - SealBytes), file.AsSpan(file.Length - SealBytes));
        return file;
    }

    /// <summary>Takes a file apart; every rule is checked before anything is believed.</summary>
    /// <exception cref="KmsException">Damaged.</exception>
    public static (KmipObject Object, ReadOnlyMemory<byte> SealedMaterial) Decode(ReadOnlyMemory<byte> file, RootKey keys)
    {
        var bytes = file.Span;
        if (bytes.Length is < FixedBytes + SealBytes or > MaximumBytes || !bytes.StartsWith(Magic))
        {
            throw Damaged("is no object file");
        }

        if (BinaryPrimitives.ReadInt32BigEndian(bytes[8..]) != Version)
        {
            throw Damaged("is of a version that this program does not know");
        }

        Span<byte> seal = stackalloc byte[SealBytes];
        HMACSHA256.HashData(keys.Seal.Span, bytes[..^SealBytes], seal);
        if (!CryptographicOperations.FixedTimeEquals(seal, bytes[^SealBytes..]))
        {
            throw Damaged("is damaged, edited, or belongs to another root key");
        }

        uint metadata = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]);
        uint room = (uint)(bytes.Length - FixedBytes - SealBytes);
        if (metadata > room || BinaryPrimitives.ReadUInt32BigEndian(bytes[(16 + (int)metadata)..]) != room - metadata)
        {
            throw Damaged("has lengths that do not fit");
        }

        var record = JsonSerializer.Deserialize(bytes.Slice(16, (int)metadata), RecordJson.Default.ObjectRecord)
            ?? throw Damaged("has no metadata");
        return (record.ToObject(), file.Slice(FixedBytes + (int)metadata, (int)(room - metadata)));
    }

    /// <summary>Seals material.</summary>
    public static byte[] Seal(string identifier, ReadOnlySpan<byte> material, RootKey keys)
    {
        byte[] box = new byte[NonceBytes + material.Length + TagBytes];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(keys.Material.Span, TagBytes);
        aes.Encrypt(
            box.AsSpan(0, NonceBytes), material, box.AsSpan(NonceBytes, material.Length),
            box.AsSpan(NonceBytes + material.Length),
            AdditionalData(identifier));
        return box;
    }

    /// <summary>Opens material straight into key memory; the caller disposes it.</summary>
    public static KeyBuffer Open(string identifier, ReadOnlySpan<byte> box, RootKey keys)
    {
        if (box.Length <= NonceBytes + TagBytes)
        {
            throw Damaged("has no material");
        }

        int length = box.Length - NonceBytes - TagBytes;
        var material = KeyBuffer.Allocate(length);
        try
        {
            using var aes = new AesGcm(keys.Material.Span, TagBytes);
            aes.Decrypt(
                box[..NonceBytes], box.Slice(NonceBytes, length), box[(NonceBytes + length)..], material.Span,
                AdditionalData(identifier));
            return material;
        }
        catch (AuthenticationTagMismatchException e)
        {
            material.Dispose();
            throw new KmsException(KmsErrorKind.Damaged, "the material belongs to another object or root key", inner: e);
        }
    }

    private static byte[] AdditionalData(string identifier) => Encoding.UTF8.GetBytes("lorica-kms-material-v1\n" + identifier);

    private static KmsException Damaged(string what) => new(KmsErrorKind.Damaged, what);
}
