using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lorica.Crypto;
using Lorica.Platform.Files;

namespace Lorica.Broker.Providers;

/// <summary>
/// The key under which client identities lie on disk: <c>seal.key</c>, 32 random bytes, 0600, made once. It protects copies of
/// the provider files alone; whoever has the whole state folder has both.
/// <code>
/// sealed = nonce 12 ‖ ciphertext ‖ tag 16     AES-256-GCM, additional data "lorica-provider-seal-v2\n" ‖ purpose ‖ "\n" ‖
///                                             ProviderBinding (name, servers, certificates that were accepted)
/// first form:                                 additional data "lorica-provider-identity-v1\n" ‖ name, for a credential
///                                             ‖ "\ncredential", for a requested key ‖ "\nrequested"; read once, see
/// ProviderStore
/// </code>
/// Durable like every small file here (<see cref="DurableFile"/>): a crash before it has its name leaves no key and nothing that
/// was sealed under one.
/// </summary>
internal sealed class SealKey : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly KeyBuffer _key;

    private SealKey(KeyBuffer key) => _key = key;

    public static SealKey Open(string stateFolder)
    {
        string path = Path.Combine(stateFolder, "seal.key");
        if (!File.Exists(path))
        {
            RefuseLost(stateFolder, path);
            using var fresh = KeyBuffer.Random(32);
            DurableFile.Replace(path, fresh.Span);
        }

        var key = KeyBuffer.Allocate(32);
        using var file = File.OpenHandle(path);
        if (RandomAccess.GetLength(file) != 32 || RandomAccess.Read(file, key.Span, 0) != 32)
        {
            key.Dispose();
            throw new InvalidOperationException(
                $"{path} is not a key of 32 bytes. Restore it from the backup of the broker's state.");
        }

        return new SealKey(key);
    }

    /// <summary>A new key would make the identities unreadable for good, even when the old one is found again.</summary>
    private static void RefuseLost(string stateFolder, string path)
    {
        string folder = Path.Combine(stateFolder, "providers");
        if (!Directory.Exists(folder))
            return;
        foreach (string file in Directory.EnumerateFiles(folder, "*.json"))
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(file), BrokerJson.Default.ProviderEntry)?.HasSealed() == true)
            {
                throw new InvalidOperationException(
                    $"{path} is missing, but {file} was sealed under it. Restore it from the backup of the broker's state.");
            }
        }
    }

    /// <summary>Seals <paramref name="plaintext"/> for <paramref name="purpose"/> at the provider of <paramref
    /// name="binding"/>.</summary>
    public byte[] Seal(string purpose, byte[] binding, KeyBuffer plaintext)
    {
        byte[] result = new byte[NonceBytes + plaintext.Length + TagBytes];
        var nonce = result.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var gcm = new AesGcm(_key.Span, TagBytes);
        gcm.Encrypt(
            nonce, plaintext.Span, result.AsSpan(NonceBytes, plaintext.Length), result.AsSpan(NonceBytes + plaintext.Length),
            AdditionalData(purpose, binding));
        return result;
    }

    /// <summary>Opens what <see cref="Seal"/> sealed with the same purpose and binding.</summary>
    /// <exception cref="CryptographicException">It was sealed for something else, or is damaged.</exception>
    public KeyBuffer Unseal(string purpose, byte[] binding, byte[] blob) => Open(blob, AdditionalData(purpose, binding));

    /// <summary>Opens a blob of the first form.</summary>
    public KeyBuffer UnsealFirstForm(string purpose, string provider, byte[] blob) => Open(blob,
        Encoding.UTF8.GetBytes("lorica-provider-identity-v1\n" + provider + purpose switch
        {
            SealPurpose.Identity => "",
            SealPurpose.Credential => "\ncredential",
            SealPurpose.RequestedKey => "\nrequested",
            _ => throw new ArgumentOutOfRangeException(nameof(purpose)),
        }));

    public void Dispose() => _key.Dispose();

    private KeyBuffer Open(byte[] blob, byte[] additionalData)
    {
        if (blob.Length <= NonceBytes + TagBytes)
            throw new CryptographicException("The sealed identity is cut.");
        int length = blob.Length - NonceBytes - TagBytes;
        var plaintext = KeyBuffer.Allocate(length);
        try
        {
            using var gcm = new AesGcm(_key.Span, TagBytes);
            gcm.Decrypt(
                blob.AsSpan(0, NonceBytes), blob.AsSpan(NonceBytes, length), blob.AsSpan(NonceBytes + length), plaintext.Span,
                additionalData);
            return plaintext;
        }
        catch
        {
            plaintext.Dispose();
            throw;
        }
    }

    private static byte[] AdditionalData(string purpose, byte[] binding) =>
        [.. Encoding.ASCII.GetBytes("lorica-provider-seal-v2\n" + purpose + "\n"), .. binding];
}
