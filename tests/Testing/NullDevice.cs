using Lorica.Disks;

namespace Lorica.Testing;

/// <summary>Reads as zeros, swallows writes, knows no holes. For measuring what the layers above cost.</summary>
public sealed class NullDevice(long length) : IBlockDevice
{
    public long Length { get; } = length > 0 && length % BlockRequest.SectorSize == 0
        ? length
        : throw new DiskException(DiskErrorKind.InvalidArgument, "The size of a disk is a positive multiple of 512.");

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, buffer.Length);
        buffer.Span.Clear();
        return ValueTask.CompletedTask;
    }

    public ValueTask<DiskRange> RangeAtAsync(long offset, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, BlockRequest.SectorSize);
        return ValueTask.FromResult(new DiskRange(offset, Length - offset, RangeState.Data));
    }

    public ValueTask WriteAsync(long offset, Memory<byte> buffer, bool durable, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, buffer.Length);
        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken ct) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
