namespace Lorica.Disks.Images;

/// <summary>One extent of a foreign image. Offsets are bytes within the extent, already checked and sector-aligned.</summary>
internal interface IImageExtent : IDisposable
{
    /// <summary>Bytes, a multiple of 512.</summary>
    long Length { get; }

    /// <summary>Fills the buffer; blocking.</summary>
    void Read(long offset, Span<byte> buffer);

    /// <summary>Hole or data at the offset, up to the end of the extent at most.</summary>
    DiskRange RangeAt(long offset);
}
