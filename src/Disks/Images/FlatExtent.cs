namespace Lorica.Disks.Images;

/// <summary>Plain bytes of a file, from an offset on. Owns the file.</summary>
internal sealed class FlatExtent(ImageFile file, long fileOffset, long length) : IImageExtent
{
    public long Length => length;

    public void Read(long offset, Span<byte> buffer) => file.ReadPadded(fileOffset + offset, buffer);

    public DiskRange RangeAt(long offset)
    {
        var range = file.RangeAt(fileOffset + offset, fileOffset + length);
        return range with { Offset = offset };
    }

    public void Dispose() => file.Dispose();
}
