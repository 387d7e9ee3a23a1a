namespace Lorica.Disks;

/// <summary>
/// A disk to read: an array of 512-byte sectors, and which parts of it hold data. What is only read (foreign images) is this and
/// no <see cref="IBlockDevice"/>. Requests may overlap in time.
/// Offsets and lengths are multiples of 512 and within <see cref="Length"/>, else <see cref="DiskErrorKind.InvalidArgument"/>.
/// </summary>
public interface IBlockReader : IAsyncDisposable
{
    /// <summary>Size in bytes, a multiple of 512. Never changes while the device is open.</summary>
    long Length { get; }

    /// <summary>
    /// Fills <paramref name="buffer"/> from <paramref name="offset"/>. The buffer belongs to the device until completion.
    /// </summary>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct);

    /// <summary>
    /// The range that starts at <paramref name="offset"/> (a multiple of 512, below the length): as long as the state stays the
    /// same, or shorter. Never empty. What is not known without reading is <see cref="RangeState.Data"/>.
    /// </summary>
    ValueTask<DiskRange> RangeAtAsync(long offset, CancellationToken ct);
}
