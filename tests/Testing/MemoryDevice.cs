using Lorica.Disks;

namespace Lorica.Testing;

/// <summary>
/// A disk in memory. Every call completes at once; safe for concurrent use.
/// Trim and zeroing write zeros; the allocation map knows blocks of 4 KiB that are all zero.
/// </summary>
public sealed class MemoryDevice : ISparse
{
    private const int Block = 4096;
    private readonly byte[] _data;
    private readonly Lock _gate = new();

    /// <summary>Makes a disk of zeros.</summary>
    public MemoryDevice(int length)
        : this(new byte[CheckedLength(length)])
    {
    }

    /// <summary>Wraps <paramref name="data"/>, which stays visible to the caller.</summary>
    public MemoryDevice(byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        CheckedLength(data.Length);
        _data = data;
    }

    public long Length => _data.Length;

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, buffer.Length);
        lock (_gate)
            _data.AsSpan((int)offset, buffer.Length).CopyTo(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(long offset, Memory<byte> buffer, bool durable, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, buffer.Length);
        lock (_gate)
            buffer.Span.CopyTo(_data.AsSpan((int)offset));
        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken ct) => ValueTask.CompletedTask;

    public ValueTask TrimAsync(long offset, long length, CancellationToken ct) => WriteZeroesAsync(offset, length, false, ct);

    public ValueTask WriteZeroesAsync(long offset, long length, bool durable, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, length);
        lock (_gate)
            _data.AsSpan((int)offset, (int)length).Clear();
        return ValueTask.CompletedTask;
    }

    public ValueTask<DiskRange> RangeAtAsync(long offset, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, BlockRequest.SectorSize);
        lock (_gate)
        {
            long end = NextBlock(offset);
            bool used = Used(offset, end);
            while (end < Length && Used(end, NextBlock(end)) == used)
                end = NextBlock(end);
            return ValueTask.FromResult(new DiskRange(offset, end - offset, used ? RangeState.Data : RangeState.Zero));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private long NextBlock(long offset) => Math.Min(Length, (offset / Block + 1) * Block);

    private bool Used(long from, long to) => _data.AsSpan((int)from, (int)(to - from)).ContainsAnyExcept((byte)0);

    private static int CheckedLength(int length) => length > 0 && length % BlockRequest.SectorSize == 0
        ? length
        : throw new DiskException(DiskErrorKind.InvalidArgument, "The size of a disk is a positive multiple of 512.");
}
