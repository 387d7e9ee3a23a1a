using System.Text;
using Lorica.Crypto;
using Lorica.Platform.Files;

namespace Lorica.Kms.Store;

/// <summary>
/// The root key at rest (<c>root.key</c>, 32 bytes, 0600) and the two keys derived from it, in key memory. Whoever has the file
/// has all keys: it protects copies of <c>objects/</c> that come without it, not the machine.
/// </summary>
internal sealed class RootKey : IDisposable
{
    public const int Bytes = 32;

    private RootKey(KeyBuffer root)
    {
        Material = KeyDerivation.Hkdf(root, Encoding.ASCII.GetBytes("lorica-kms-material-v1"), Bytes);
        Seal = KeyDerivation.Hkdf(root, Encoding.ASCII.GetBytes("lorica-kms-object-v1"), Bytes);
    }

    /// <summary>AES-256-GCM key of material.</summary>
    public KeyBuffer Material { get; }

    /// <summary>HMAC-SHA-256 key of object files.</summary>
    public KeyBuffer Seal { get; }

    /// <summary>Derives from a root key that the caller owns.</summary>
    public static RootKey Derive(KeyBuffer root) => new(root);

    /// <summary>Reads the root key, or makes one in a folder without objects.</summary>
    public static RootKey OpenOrCreate(StateFolder folder)
    {
        if (!File.Exists(folder.RootKey))
        {
            if (File.Exists(folder.Restoring))
            {
                throw new KmsException(
                    KmsErrorKind.Damaged, $"a restore into {folder.Root} was interrupted",
                    "run the same lorica-kms restore again");
            }

            if (Directory.EnumerateFiles(folder.Objects, "*" + ObjectStore.Ending).Any())
            {
                throw new KmsException(
                    KmsErrorKind.Damaged, $"{folder.RootKey} is missing, but there are keys that only it opens",
                    "bring it back from a backup");
            }

            using var made = KeyBuffer.Random(Bytes);
            DurableFile.Replace(folder.RootKey, made.Span);
        }

        // A restore that ended before it could say so: with the root key, the last of its files, it is whole. Gone before any
        // new key is made, so that it never speaks of other objects than those of the backup.
        DurableFile.Delete(folder.Restoring);
        using var root = Read(folder);
        return new(root);
    }

    /// <summary>Reads the file straight into key memory.</summary>
    public static KeyBuffer Read(StateFolder folder)
    {
        const UnixFileMode Others =
            UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        try
        {
            if ((File.GetUnixFileMode(folder.RootKey) & Others) != UnixFileMode.None)
            {
                throw new KmsException(
                    KmsErrorKind.Configuration, $"others can read {folder.RootKey}", $"chmod 600 {folder.RootKey}");
            }

            using var file = File.OpenHandle(folder.RootKey);
            var key = KeyBuffer.Allocate(Bytes);
            if (RandomAccess.GetLength(file) == Bytes && RandomAccess.Read(file, key.Span, 0) == Bytes)
            {
                return key;
            }

            key.Dispose();
            throw new KmsException(
                KmsErrorKind.Damaged, $"{folder.RootKey} has not {Bytes} bytes", "bring it back from a backup");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KmsException(KmsErrorKind.Io, $"cannot read {folder.RootKey}: {e.Message}", inner: e);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Material.Dispose();
        Seal.Dispose();
    }
}
