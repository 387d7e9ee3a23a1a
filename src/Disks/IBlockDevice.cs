namespace Lorica.Disks;

/// <summary>
/// A disk to read and write. All layers (file, lease, encryption, fault injection, …) are this one interface. Two requests that
/// overlap in range and time have no defined order.
/// </summary>
public interface IBlockDevice : IBlockReader
{
    /// <summary>
    /// Writes <paramref name="buffer"/>. The device may overwrite the buffer (encryption happens in place), so the caller must
    /// not use its content afterwards. With <paramref name="durable"/> (FUA) completion means: on stable storage.
    /// </summary>
    ValueTask WriteAsync(long offset, Memory<byte> buffer, bool durable, CancellationToken ct);

    /// <summary>Completes when every write that completed before the call is on stable storage.</summary>
    ValueTask FlushAsync(CancellationToken ct);
}
