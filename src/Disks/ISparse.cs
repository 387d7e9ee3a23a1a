namespace Lorica.Disks;

/// <summary>A device that can give back space. Ranges follow the same rules as reads and writes.</summary>
public interface ISparse : IBlockDevice
{
    /// <summary>
    /// A hint: the range is no longer needed. Afterwards it reads as zeros or as before, as the device documents.
    /// </summary>
    ValueTask TrimAsync(long offset, long length, CancellationToken ct);

    /// <summary>The range reads as zeros afterwards; durable as for writes.</summary>
    ValueTask WriteZeroesAsync(long offset, long length, bool durable, CancellationToken ct);
}
