namespace Lorica.Disks.Images;

/// <summary>
/// Extents one after the other. Owns them, and the folder that they are in. Reads run on the thread pool; safe for
/// concurrent use.
/// </summary>
internal sealed class ImageReader : IBlockReader, IDisposable
{
    private readonly IReadOnlyList<IImageExtent> _extents;
    private readonly long[] _starts;
    private readonly ImageFolder? _folder;

    public ImageReader(IReadOnlyList<IImageExtent> extents, ImageFolder? folder = null)
    {
        _folder = folder;
        _extents = extents;
        _starts = new long[extents.Count];
        for (int i = 0; i < extents.Count; i++)
        {
            _starts[i] = Length;
            Length += extents[i].Length;
        }
    }

    public long Length { get; }

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, buffer.Length);
        return new ValueTask(Task.Run(() => Read(offset, buffer.Span), ct));
    }

    public ValueTask<DiskRange> RangeAtAsync(long offset, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, BlockRequest.SectorSize);
        int i = IndexAt(offset);
        var range = _extents[i].RangeAt(offset - _starts[i]);
        return ValueTask.FromResult(range with { Offset = offset });
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        foreach (var extent in _extents)
            extent.Dispose();
        _folder?.Dispose();
    }

    private void Read(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int i = IndexAt(offset);
            long inside = offset - _starts[i];
            int n = (int)Math.Min(buffer.Length, _extents[i].Length - inside);
            _extents[i].Read(inside, buffer[..n]);
            buffer = buffer[n..];
            offset += n;
        }
    }

    private int IndexAt(long offset)
    {
        int i = Array.BinarySearch(_starts, offset);
        return i >= 0 ? i : ~i - 1;
    }
}
