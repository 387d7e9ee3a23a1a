using Lorica.Disks.Images;

namespace Lorica.Disks;

/// <summary>
/// Reading images that others made: raw, <c>monolithicFlat</c>, <c>monolithicSparse</c>, <c>twoGbMaxExtentFlat/Sparse</c>,
/// <c>streamOptimized</c>, plain <c>vmfs</c>. Made for hostile input: nothing outside the image's own folder is opened, every
/// size is bounded by the files that are really there, and images with parents, encrypted ones and other formats are refused by
/// name.
/// </summary>
public static class DiskImage
{
    /// <summary>
    /// Opens an image. The device also implements <see cref="IAllocationMap"/>; a write is <see cref="DiskErrorKind.ReadOnly"/>.
    /// </summary>
    /// <exception cref="DiskException">NotADisk, Malformed, Unsupported, EscapesFolder, TooLarge, HasParent, AlreadyEncrypted,
    /// NotFound, Io.</exception>
    public static Task<IBlockDevice> OpenReadOnlyAsync(string path, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Task.Run<IBlockDevice>(() => ImageOpener.Open(path), ct);
    }
}
