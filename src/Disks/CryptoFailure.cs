using Lorica.Crypto;

namespace Lorica.Disks;

/// <summary>The one table from the crypto library's kinds to ours.</summary>
internal static class CryptoFailure
{
    public static DiskException ToDisk(CryptoException e, string path)
    {
        var kind = e.Kind switch
        {
            CryptoErrorKind.WrongKey => DiskErrorKind.WrongKey,
            CryptoErrorKind.BundleEdited => DiskErrorKind.BundleEdited,
            CryptoErrorKind.ForeignBundle => DiskErrorKind.ForeignBundle,
            CryptoErrorKind.BadSeal => DiskErrorKind.SealBroken,
            CryptoErrorKind.MalformedLocator or CryptoErrorKind.MalformedBundle => DiskErrorKind.Malformed,
            CryptoErrorKind.Unsupported => DiskErrorKind.Unsupported,
            CryptoErrorKind.InvalidKey or CryptoErrorKind.BadStream or CryptoErrorKind.HpkeOpenFailed
                or CryptoErrorKind.KeyMemoryExhausted => DiskErrorKind.Io,
            _ => throw new InvalidOperationException($"No error of a disk stands for {e.Kind}.", e),
        };
        return new DiskException(kind, $"The disk {path}: {e.Message}", path, inner: e);
    }
}
