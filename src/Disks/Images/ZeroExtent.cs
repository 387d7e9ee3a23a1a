namespace Lorica.Disks.Images;

/// <summary>An extent without a file: zeros.</summary>
internal sealed class ZeroExtent(long length) : IImageExtent
{
    public long Length => length;

    public void Read(long offset, Span<byte> buffer) => buffer.Clear();

    public DiskRange RangeAt(long offset) => new(offset, length - offset, RangeState.Zero);

    public void Dispose()
    {
        // Holds nothing.
    }
}
