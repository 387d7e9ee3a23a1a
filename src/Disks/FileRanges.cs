using Lorica.Disks.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks;

/// <summary>Holes and data of a file, rounded so that a sector that holds any data counts as data.</summary>
internal static class FileRanges
{
    /// <summary>The range at <paramref name="offset"/> in the first <paramref name="length"/> bytes of the file.</summary>
    public static DiskRange At(SafeFileHandle file, long offset, long length, string? path)
    {
        long data = LinuxFile.NextData(file, offset, path);
        if (data < 0 || data >= length)
            return new DiskRange(offset, length - offset, RangeState.Zero);
        long dataStart = data / BlockRequest.SectorSize * BlockRequest.SectorSize;
        if (dataStart > offset)
            return new DiskRange(offset, dataStart - offset, RangeState.Zero);

        long hole = LinuxFile.NextHole(file, data, path);
        if (hole < 0 || hole >= length)
            return new DiskRange(offset, length - offset, RangeState.Data);
        long end = (hole + BlockRequest.SectorSize - 1) / BlockRequest.SectorSize * BlockRequest.SectorSize;
        return new DiskRange(offset, Math.Min(end, length) - offset, RangeState.Data);
    }
}
