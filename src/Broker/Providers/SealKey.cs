using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lorica.Broker.Start;
using Lorica.Crypto;

namespace Lorica.Broker.Providers;

/// <summary>
/// The key under which client identities lie on disk: <c>seal.key</c>, 32 random bytes, 0600, made once. It protects copies of
/// the provider files alone; whoever has the whole state folder has both.
/// <code>
/// sealed = nonce 12 ‖ ciphertext ‖ tag 16     AES-256-GCM, additional data "lorica-provider-identity-v1\n" ‖ provider name
/// </code>
/// </summary>
internal sealed class SealKey : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly KeyBuffer _key;

    private SealKey(KeyBuffer key) => _key = key;

    public static SealKey Open(string stateFolder)
    {
        var path = Path.Combine(stateFolder, "seal.key");
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
        var folder = Path.Combine(stateFolder, "providers");
        if (!Directory.Exists(folder))
            return;
        foreach (var file in Directory.EnumerateFiles(folder, "*.json"))
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(file), BrokerJson.Default.ProviderEntry)?.SealedIdentity
                is { Length: > 0 })
                throw new InvalidOperationException(
                    $"{path} is missing, but {file} was sealed under it. Restore it from the backup of the broker's state.");
        }
    }

    public byte[] Seal(string provider, KeyBuffer plaintext)
    {
        var result = new byte[NonceBytes + plaintext.Length + TagBytes];
        var nonce = result.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var gcm = new AesGcm(_key.Span, TagBytes);
        gcm.Encrypt(
            nonce, plaintext.Span, result.AsSpan(NonceBytes, plaintext.Length), result.AsSpan(NonceBytes + plaintext.Length),
            AdditionalData(provider));
        return result;
    }

    public KeyBuffer Unseal(string provider, byte[] blob)
    {
        if (blob.Length <= NonceBytes + TagBytes)
            throw new CryptographicException("The sealed identity is cut.");
        var length = blob.Length - NonceBytes - TagBytes;
        var plaintext = KeyBuffer.Allocate(length);
        try
        {
            using var gcm = new AesGcm(_key.Span, TagBytes);
            gcm.Decrypt(
                blob.AsSpan(0, NonceBytes), blob.AsSpan(NonceBytes, length), blob.AsSpan(NonceBytes + length), plaintext.Span,
                AdditionalData(provider));
            return plaintext;
        }
        catch
        {
            plaintext.Dispose();
            throw;
        }
    }

    public void Dispose() => _key.Dispose();

    private static byte[] AdditionalData(string provider) => Encoding.UTF8.GetBytes("lorica-provider-identity-v1\n" + provider);
}
