using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lorica.Crypto;
using Lorica.Platform.Files;

namespace Lorica.Kms.Store;

/// <summary>
/// Root key and objects in one file. All numbers are big-endian.
/// <code>
/// 0    8   "LORICAB1"
/// 8    4   PBKDF2-HMAC-SHA-256 iterations
/// 12   16  salt
/// 28   60  nonce (12) ‖ root key (32) sealed ‖ tag (16): AES-256-GCM under PBKDF2(passphrase), additional data = the
///          28 bytes before
/// 88   4   number of objects
/// 92       per object: number in its file name (8), length (4), the object's file
/// end  32  HMAC-SHA-256 over all before, under HKDF(root, "lorica-kms-backup-v1")
/// </code>
/// Objects stay sealed by the root key; names and states of keys can be read in the file. Certificates, trust and audit are not
/// in it.
/// </summary>
internal static class BackupFile
{
    private const int Iterations = 600_000;
    private const int MaximumIterations = 10_000_000;
    private const int HeadBytes = 28;
    private const int WrapBytes = 60;
    private const int FirstObject = HeadBytes + WrapBytes + 4;
    private const int SealBytes = 32;

    /// <summary>Of a backup; some 1.5 million keys.</summary>
    public const long MaximumBytes = 1L << 30;

    private static ReadOnlySpan<byte> Magic => "LORICAB1"u8;

    /// <summary>Writes a backup; also while the server runs, since object files are replaced whole.</summary>
    /// <param name="folder">The state folder.</param>
    /// <param name="path">Where to.</param>
    /// <param name="passphrase">Opens it.</param>
    /// <param name="limit">A larger one is not written: nobody could restore it.</param>
    /// <returns>Number of objects.</returns>
    public static int Write(StateFolder folder, string path, KeyBuffer passphrase, long limit = MaximumBytes)
    {
        using var root = RootKey.Read(folder);
        using (var check = ObjectStore.Open(folder, RootKey.Derive(root), cleanUp: false))
        {
            if (check.Damaged.Count > 0)
            {
                throw new KmsException(
                    KmsErrorKind.Damaged, $"{check.Damaged[0]}: a backup must not hide that", "see: lorica-kms status");
            }
        }

        using var body = new MemoryStream();
        byte[] head = new byte[HeadBytes];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(8), Iterations);
        RandomNumberGenerator.Fill(head.AsSpan(12));
        body.Write(head);
        body.Write(Wrap(root, passphrase, head));
        var files = Directory.EnumerateFiles(folder.Objects, "*" + ObjectStore.Ending).Order(StringComparer.Ordinal).ToList();
        Span<byte> number = stackalloc byte[12];
        BinaryPrimitives.WriteInt32BigEndian(number, files.Count);
        body.Write(number[..4]);
        foreach (string file in files)
        {
            byte[] content = File.ReadAllBytes(file);
            BinaryPrimitives.WriteInt64BigEndian(
                number, long.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture));
            BinaryPrimitives.WriteInt32BigEndian(number[8..], content.Length);
            if (body.Length + number.Length + content.Length + SealBytes > limit)
            {
                throw new KmsException(
                    KmsErrorKind.Configuration,
                    $"a backup has at most {limit} bytes, and these {files.Count} keys need more",
                    "stop the server and copy its whole state folder instead; allowKeysWithoutBackup lets it make new keys");
            }

            body.Write(number);
            body.Write(content);
        }

        using var seal = SealKey(root);
        body.Write(HMACSHA256.HashData(seal.Span, body.GetBuffer().AsSpan(0, (int)body.Length)));
        DurableFile.Replace(path, body.GetBuffer().AsSpan(0, (int)body.Length));
        return files.Count;
    }

    /// <summary>
    /// Brings a backup back into a folder that has neither root key nor objects; all is checked before anything is written.
    /// Steps, each durable: 1 the mark <c>restoring</c> · 2 objects · 3 root key · 4 the mark removed. Interrupted before 3, it
    /// leaves a folder that is refused at start and that another restore empties first: without a root key and with the mark,
    /// what lies there came from a backup. After 3 all is there, and the next start removes the mark.
    /// </summary>
    public static int Restore(StateFolder folder, string path, KeyBuffer passphrase)
    {
        var left = Directory.EnumerateFiles(folder.Objects).ToList();
        if (File.Exists(folder.RootKey) || (left.Count > 0 && !File.Exists(folder.Restoring)))
        {
            throw new KmsException(
                KmsErrorKind.Configuration, $"{folder.Root} has keys of its own",
                "restore into an empty folder; nothing is ever overwritten");
        }

        if (new FileInfo(path).Length > MaximumBytes)
        {
            throw NotABackup();
        }

        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length < FirstObject + SealBytes || !bytes.AsSpan().StartsWith(Magic)
            || BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8)) is < 1 or > MaximumIterations)
        {
            throw NotABackup();
        }

        using var root = Unwrap(bytes, passphrase);
        using var seal = SealKey(root);
        if (!CryptographicOperations.FixedTimeEquals(
            HMACSHA256.HashData(seal.Span, bytes.AsSpan(0, bytes.Length - SealBytes)), bytes.AsSpan(bytes.Length - SealBytes)))
        {
            throw new KmsException(KmsErrorKind.Damaged, $"{path} is damaged or edited");
        }

        var objects = Parse(bytes.AsMemory(0, bytes.Length - SealBytes));
        using (var keys = RootKey.Derive(root))
        {
            foreach (var (_, content) in objects)
            {
                _ = ObjectFile.Decode(content, keys);
            }
        }

        // Step 1
        DurableFile.Replace(folder.Restoring, []);
        left.ForEach(File.Delete);

        // Step 2
        foreach (var (number, content) in objects)
        {
            DurableFile.Replace(Path.Combine(
                folder.Objects, number.ToString("D10", CultureInfo.InvariantCulture) + ObjectStore.Ending), content.Span);
        }

        // Step 3
        DurableFile.Replace(folder.RootKey, root.Span);

        // Step 4
        DurableFile.Delete(folder.Restoring);
        return objects.Count;
    }

    private static List<(long Number, ReadOnlyMemory<byte> Content)> Parse(ReadOnlyMemory<byte> file)
    {
        int count = BinaryPrimitives.ReadInt32BigEndian(file.Span[(FirstObject - 4)..]);
        var rest = file[FirstObject..];
        var objects = new List<(long, ReadOnlyMemory<byte>)>();
        for (int i = 0; i < count; i++)
        {
            if (rest.Length < 12)
            {
                throw NotABackup();
            }

            long number = BinaryPrimitives.ReadInt64BigEndian(rest.Span);
            int length = BinaryPrimitives.ReadInt32BigEndian(rest.Span[8..]);
            if (number < 1 || length < 0 || length > rest.Length - 12)
            {
                throw NotABackup();
            }

            objects.Add((number, rest.Slice(12, length)));
            rest = rest[(12 + length)..];
        }

        return rest.IsEmpty ? objects : throw NotABackup();
    }

    private static byte[] Wrap(KeyBuffer root, KeyBuffer passphrase, byte[] head)
    {
        using var key = Stretch(passphrase, head);
        using var aes = new AesGcm(key.Span, 16);
        byte[] wrap = new byte[WrapBytes];
        RandomNumberGenerator.Fill(wrap.AsSpan(0, 12));
        aes.Encrypt(wrap.AsSpan(0, 12), root.Span, wrap.AsSpan(12, 32), wrap.AsSpan(44), head);
        return wrap;
    }

    private static KeyBuffer Unwrap(byte[] file, KeyBuffer passphrase)
    {
        byte[] head = file[..HeadBytes];
        using var key = Stretch(passphrase, head);
        using var aes = new AesGcm(key.Span, 16);
        var root = KeyBuffer.Allocate(RootKey.Bytes);
        try
        {
            aes.Decrypt(file.AsSpan(HeadBytes, 12), file.AsSpan(HeadBytes + 12, 32), file.AsSpan(HeadBytes + 44, 16),
                root.Span, head);
            return root;
        }
        catch (AuthenticationTagMismatchException e)
        {
            root.Dispose();
            throw new KmsException(KmsErrorKind.Configuration, "the passphrase does not open this backup", inner: e);
        }
    }

    private static KeyBuffer Stretch(KeyBuffer passphrase, byte[] head)
    {
        var key = KeyBuffer.Allocate(32);
        Rfc2898DeriveBytes.Pbkdf2(
            passphrase.Span, head.AsSpan(12, 16), key.Span, BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(8)),
            HashAlgorithmName.SHA256);
        return key;
    }

    private static KeyBuffer SealKey(KeyBuffer root) =>
        KeyDerivation.Hkdf(root, Encoding.ASCII.GetBytes("lorica-kms-backup-v1"), 32);

    private static KmsException NotABackup() => new(KmsErrorKind.Damaged, "this is no backup of lorica-kms");
}
