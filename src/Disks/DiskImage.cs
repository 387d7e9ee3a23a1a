using Lorica.Disks.Images;

namespace Lorica.Disks;

/// <summary>
/// Reading images that others made; <see cref="ImageFormat"/> is the closed list of what a file can be. Made for hostile input:
/// what a file is is decided once, by its content; nothing outside the image's own folder is opened, every size is bounded by the
/// files that are really there, and images with parents, encrypted ones and other formats are refused by name.
/// </summary>
public static class DiskImage
{
    /// <summary>
    /// Opens an image, or a block device with plain bytes. Nothing writes to it.
    /// </summary>
    /// <exception cref="DiskException">NotADisk, Malformed, Unsupported, EscapesFolder, TooLarge, HasParent, AlreadyEncrypted,
    /// NotFound, Io.</exception>
    public static Task<IBlockReader> OpenReadOnlyAsync(string path, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Task.Run<IBlockReader>(() => ImageOpener.Open(path, raw: false), ct);
    }

    /// <summary>
    /// Opens the bytes of a file or block device as those of a disk, whatever they look like: for whoever knows that they are. A
    /// last sector that is cut is filled up with zeros.
    /// </summary>
    /// <exception cref="DiskException">NotADisk (no file, or empty), TooLarge, NotFound, Io.</exception>
    public static Task<IBlockReader> OpenRawAsync(string path, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Task.Run<IBlockReader>(() => ImageOpener.Open(path, raw: true), ct);
    }

    /// <summary>
    /// Says what a file is, and whether and how it can be read. Only a file that cannot be opened is an exception.
    /// </summary>
    /// <exception cref="DiskException">NotADisk (no file), NotFound, Io.</exception>
    public static Task<ImageModel> InspectAsync(string path, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Task.Run(() => ImageOpener.Inspect(path), ct);
    }
}
