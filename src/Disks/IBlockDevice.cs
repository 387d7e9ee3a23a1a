namespace Lorica.Disks;

/// <summary>
/// A disk as an array of 512-byte sectors. All layers (file, encryption, fault injection, …) are this one interface.
/// Requests may overlap in time; two requests that overlap in range and time have no defined order.
/// Offsets and lengths are multiples of 512 and within <see cref="Length"/>, else <see cref="DiskErrorKind.InvalidArgument"/>.
/// </summary>
public interface IBlockDevice : IAsyncDisposable
{
    /// <summary>Size in bytes, a multiple of 512. Never changes while the device is open.</summary>
    long Length { get; }

    /// <summary>
    /// Fills <paramref name="buffer"/> from <paramref name="offset"/>. The buffer belongs to the device until completion.
    /// </summary>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct);

    /// <summary>
    /// Writes <paramref name="buffer"/>. The device may overwrite the buffer (encryption happens in place), so the caller must
    /// not use its content afterwards. With <paramref name="durable"/> (FUA) completion means: on stable storage.
    /// </summary>
    ValueTask WriteAsync(long offset, Memory<byte> buffer, bool durable, CancellationToken ct);

    /// <summary>Completes when every write that completed before the call is on stable storage.</summary>
    ValueTask FlushAsync(CancellationToken ct);
}
