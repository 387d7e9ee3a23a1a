namespace Lorica.Disks;

/// <summary>Capability of devices that know which parts hold nothing but zeros without reading them.</summary>
public interface IAllocationMap
{
    /// <summary>
    /// The range that starts at <paramref name="offset"/> (a multiple of 512, below the length): as long as the state stays the
    /// same, or shorter. Never empty.
    /// </summary>
    ValueTask<DiskRange> RangeAtAsync(long offset, CancellationToken ct);

    /// <summary>Walks the whole device from 0: ranges follow each other without gap and cover every byte once.</summary>
    IAsyncEnumerable<DiskRange> AllocatedRangesAsync(CancellationToken ct);
}
