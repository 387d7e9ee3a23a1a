namespace Lorica.Disks.Locks;

/// <summary>
/// Passes every call to <paramref name="inner"/> (which it owns) as long as the right is valid, and refuses all of them
/// afterwards: reads too, since what is read may be somebody else's already.
/// </summary>
public sealed class LeasedDevice(ISparse inner, IWriteRight right, string name) : ISparse
{
    /// <inheritdoc/>
    public long Length => inner.Length;

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        Check();
        return inner.ReadAsync(offset, buffer, ct);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(long offset, Memory<byte> buffer, bool durable, CancellationToken ct)
    {
        Check();
        return inner.WriteAsync(offset, buffer, durable, ct);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken ct)
    {
        Check();
        return inner.FlushAsync(ct);
    }

    /// <inheritdoc/>
    public ValueTask TrimAsync(long offset, long length, CancellationToken ct)
    {
        Check();
        return inner.TrimAsync(offset, length, ct);
    }

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, bool durable, CancellationToken ct)
    {
        Check();
        return inner.WriteZeroesAsync(offset, length, durable, ct);
    }

    /// <inheritdoc/>
    public ValueTask<DiskRange> RangeAtAsync(long offset, CancellationToken ct) => inner.RangeAtAsync(offset, ct);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Check() => right.Require(name);
}
