namespace Lorica.Crypto;

/// <summary>What a bundle says and the keys in it. Owns its buffers.</summary>
public sealed class BundleContents : IDisposable
{
    /// <summary>The object that the bundle belongs to.</summary>
    public required Guid ObjectId { get; init; }

    /// <summary>Grows by one with each re-seal; at least 1.</summary>
    public required long Generation { get; init; }

    /// <summary>The zero rule; disks only, there required.</summary>
    public ZeroRule? Zero { get; init; }

    /// <summary>
    /// Disk: XTS-AES-256 key, 64 bytes; null = the plain side of a transition. VM: dataFileKey, 32 bytes. Dump: file key, 32
    /// bytes.
    /// </summary>
    public KeyBuffer? Key { get; init; }

    /// <summary>Disk, during an in-place job only: the key of what is not yet converted; null = that is plain.</summary>
    public KeyBuffer? OldKey { get; init; }

    /// <summary>VM only: secrets by name (1 to 64 of A-Z a-z 0-9 . _ -), at most 64 of up to 4096 bytes.</summary>
    public IReadOnlyDictionary<string, KeyBuffer> Secrets { get; init; } =
        new Dictionary<string, KeyBuffer>(StringComparer.Ordinal);

    /// <summary>Zeroes all keys.</summary>
    public void Dispose()
    {
        Key?.Dispose();
        OldKey?.Dispose();
        foreach (var secret in Secrets.Values)
        {
            secret.Dispose();
        }
    }

    /// <summary>Never the keys.</summary>
    public override string ToString() => $"bundle of {ObjectId}, generation {Generation}, [redacted]";
}
