namespace Lorica.Disks;

/// <summary>
/// A part of a device. <paramref name="Allocated"/> is false when it certainly reads as zeros and takes no space.
/// </summary>
/// <param name="Offset">First byte, a multiple of 512.</param>
/// <param name="Length">Bytes, a positive multiple of 512.</param>
/// <param name="Allocated">False for a hole.</param>
public readonly record struct DiskRange(long Offset, long Length, bool Allocated)
{
    /// <summary>First byte behind the range.</summary>
    public long End => Offset + Length;
}
