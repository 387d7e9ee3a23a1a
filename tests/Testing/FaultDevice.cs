using Lorica.Disks;

namespace Lorica.Testing;

/// <summary>
/// Passes every call to <paramref name="inner"/> (which it owns) after asking <paramref name="hook"/>. The hook throws to inject
/// an error, or awaits something to inject a delay. Over an inner device that is not <see cref="ISparse"/> trim is a no-op and
/// zeroing writes zeros.
/// </summary>
public sealed class FaultDevice(IBlockDevice inner, Func<DeviceCall, long, long, CancellationToken, ValueTask> hook)
    : ISparse
{
    public long Length => inner.Length;

    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        await hook(DeviceCall.Read, offset, buffer.Length, ct);
        await inner.ReadAsync(offset, buffer, ct);
    }

    public async ValueTask WriteAsync(long offset, Memory<byte> buffer, bool durable, CancellationToken ct)
    {
        await hook(DeviceCall.Write, offset, buffer.Length, ct);
        await inner.WriteAsync(offset, buffer, durable, ct);
    }

    public async ValueTask FlushAsync(CancellationToken ct)
    {
        await hook(DeviceCall.Flush, 0, 0, ct);
        await inner.FlushAsync(ct);
    }

    public async ValueTask TrimAsync(long offset, long length, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, length);
        await hook(DeviceCall.Trim, offset, length, ct);
        if (inner is ISparse sparse)
            await sparse.TrimAsync(offset, length, ct);
    }

    public async ValueTask WriteZeroesAsync(long offset, long length, bool durable, CancellationToken ct)
    {
        await hook(DeviceCall.WriteZeroes, offset, length, ct);
        if (inner is ISparse sparse)
            await sparse.WriteZeroesAsync(offset, length, durable, ct);
        else
            await ZeroWriter.WriteAsync(inner, offset, length, durable, ct);
    }

    public ValueTask<DiskRange> RangeAtAsync(long offset, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, BlockRequest.SectorSize);
        return inner.RangeAtAsync(offset, ct);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
