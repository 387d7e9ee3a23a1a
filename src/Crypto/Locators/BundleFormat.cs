namespace Lorica.Crypto.Locators;

/// <summary>Words and limits of a bundle's plaintext.</summary>
internal static class BundleFormat
{
    public const int DiskKeyBytes = 64;
    public const int FileKeyBytes = 32;
    public const int LargestSecret = 4096;
    public const int MostSecrets = 64;
    public const int LongestSecretName = 64;

    // Two pairs of this size, twice base64 and escaped, still fit into the longest locator.
    public const int LargestPlaintext = 16 * 1024;

    public const string SecretPrefix = "secret.";

    public static string Wire(BundleKind kind) => kind switch
    {
        BundleKind.Disk => "disk",
        BundleKind.Vm => "vm",
        BundleKind.Dump => "dump",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static string Wire(ZeroRule rule) => rule switch
    {
        ZeroRule.Hole => "hole",
        ZeroRule.Error => "error",
        _ => throw new ArgumentOutOfRangeException(nameof(rule)),
    };

    public static string Cipher(BundleKind kind) => kind == BundleKind.Disk ? "XTS-AES-256" : "AES-256";

    public static int KeyBytes(BundleKind kind) => kind == BundleKind.Disk ? DiskKeyBytes : FileKeyBytes;

    public static bool IsSecretName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > LongestSecretName)
        {
            return false;
        }

        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Refuses contents that <see cref="BundleReader"/> would refuse: says what is wrong, or null.</summary>
    public static string? Fault(BundleKind kind, BundleContents contents)
    {
        bool isDisk = kind == BundleKind.Disk;
        return contents.ObjectId == Guid.Empty ? "no object id"
            : contents.Generation < 1 ? "a generation below 1"
            : isDisk != contents.Zero.HasValue ? "a zero rule belongs to disks, and to each of them"
            : contents.Key is { } k && k.Length != KeyBytes(kind) ? $"a key of {k.Length} bytes"
            : contents.OldKey is { } o && (!isDisk || o.Length != DiskKeyBytes) ? "an old key that is none of a disk"
            : contents.Key is null && contents.OldKey is null ? "no key"
            : !isDisk && contents.Key is null ? "no key"
            : contents.Secrets.Count > (kind == BundleKind.Vm ? MostSecrets : 0) ? "more secrets than allowed"
            : contents.Secrets.Any(s => !IsSecretName(s.Key)) ? "a bad name of a secret"
            : contents.Secrets.Values.Any(s => s.Length > LargestSecret) ? "a secret that is too long"
            : null;
    }
}
