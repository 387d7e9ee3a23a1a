using Lorica.Disks.Images;

namespace Lorica.Disks.Sparse;

/// <summary>A hosted sparse extent, plain or stream-optimised. Owns the file; safe for concurrent reads.</summary>
internal sealed class SparseExtent : IImageExtent
{
    private readonly ImageFile _file;
    private readonly SparseHeader _header;
    private readonly GrainMap _map;
    private readonly CompressedGrains? _compressed;

    private SparseExtent(ImageFile file, SparseHeader header, GrainMap map, long sectors)
    {
        _file = file;
        _header = header;
        _map = map;
        _compressed = header.Compressed ? new CompressedGrains(file, header) : null;
        Length = sectors * BlockRequest.SectorSize;
    }

    public long Length { get; }

    /// <summary>Reads and checks the front header.</summary>
    public static SparseHeader ReadHeader(ImageFile file)
    {
        var header = SparseHeader.Parse(file.Start(SparseHeader.Size), out string why);
        return header ?? throw file.Malformed(why, 0);
    }

    /// <summary>
    /// Opens the extent, of which the disk has <paramref name="sectors"/>, at most its capacity; on an exception the file stays
    /// the caller's.
    /// </summary>
    public static SparseExtent Open(
        ImageFile file, SparseHeader front, long sectors, int cachedTables = GrainMap.MostCachedTables)
    {
        var header = front;
        if (front.GrainDirectoryOffset < 0)
            header = ReadFooter(file, front);
        return new SparseExtent(file, header, GrainMap.Open(file, header, cachedTables), sectors);
    }

    public void Read(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            long grain = offset / _header.GrainBytes;
            int inside = (int)(offset % _header.GrainBytes);
            int n = Math.Min(buffer.Length, _header.GrainBytes - inside);
            uint sector = _map.SectorOf(grain);
            if (sector == 0)
                buffer[..n].Clear();
            else if (_compressed is not null)
                _compressed.Read(grain, sector, inside, buffer[..n]);
            else
                _file.Read((long)sector * BlockRequest.SectorSize + inside, buffer[..n]);
            buffer = buffer[n..];
            offset += n;
        }
    }

    public DiskRange RangeAt(long offset)
    {
        long grain = offset / _header.GrainBytes;
        bool allocated = _map.SectorOf(grain) != 0;
        long grains = (Length + _header.GrainBytes - 1) / _header.GrainBytes;
        long next = grain + 1;

        // Whole missing tables are stepped over at once; the length of one answer is bounded all the same.
        for (int steps = 0; next < grains && steps < 4096; steps++)
        {
            if (!allocated && next % _header.EntriesPerTable == 0 && _map.TableIsHole(next))
                next += _header.EntriesPerTable;
            else if ((_map.SectorOf(next) != 0) == allocated)
                next++;
            else
                break;
        }

        long length = Math.Min(next * _header.GrainBytes, Length) - offset;
        return new DiskRange(offset, length, allocated ? RangeState.Data : RangeState.Zero);
    }

    public void Dispose() => _file.Dispose();

    // Stream-optimised: … | footer marker | footer (a header) | end-of-stream marker, one sector each.
    private static SparseHeader ReadFooter(ImageFile file, SparseHeader front)
    {
        if (file.Length < 4 * BlockRequest.SectorSize)
            throw file.Malformed("it has no footer (cut off?)");
        byte[] sector = new byte[SparseHeader.Size];
        file.Read(file.Length - 2 * BlockRequest.SectorSize, sector);
        var footer = SparseHeader.Parse(sector, out string why);
        if (footer is null || footer.GrainDirectoryOffset < 0)
            throw file.Malformed($"its footer is none (cut off?) {why}".TrimEnd(), file.Length - 2 * BlockRequest.SectorSize);
        if (footer.Capacity != front.Capacity || footer.GrainSectors != front.GrainSectors
            || footer.EntriesPerTable != front.EntriesPerTable || footer.Compressed != front.Compressed)
        {
            throw file.Malformed("its footer differs from its header");
        }

        return footer;
    }
}
