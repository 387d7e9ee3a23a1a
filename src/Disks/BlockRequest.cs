namespace Lorica.Disks;

/// <summary>The one check of a request's range, used by every device at its edge.</summary>
internal static class BlockRequest
{
    /// <summary>Bytes of a sector.</summary>
    public const int SectorSize = 512;

    /// <summary>Throws <see cref="DiskErrorKind.InvalidArgument"/> unless the range is aligned and inside.</summary>
    public static void Check(long deviceLength, long offset, long length)
    {
        if (((offset | length) & (SectorSize - 1)) != 0 || offset < 0 || length < 0 || offset > deviceLength - length)
            Throw(deviceLength, offset, length);
    }

    private static void Throw(long deviceLength, long offset, long length) => throw new DiskException(
        DiskErrorKind.InvalidArgument,
        $"The range of {length} bytes at {offset} is not whole sectors inside a device of {deviceLength} bytes.",
        offset: offset);
}
