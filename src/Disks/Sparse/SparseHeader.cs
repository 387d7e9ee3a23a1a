using System.Buffers.Binary;

namespace Lorica.Disks.Sparse;

/// <summary>
/// The header of a hosted sparse extent, one sector, little-endian (VMware Virtual Disk Format 5.0, "Hosted Sparse Extents"): 0
/// magic "KDMV" · 4 version · 8 flags · 12 capacity · 20 grainSize · 28 descriptorOffset · 36 descriptorSize · 44 numGTEsPerGT ·
/// 48 rgdOffset · 56 gdOffset · 64 overHead · 72 uncleanShutdown · 73–76 line end check bytes · 77 compressAlgorithm. All offsets
/// and sizes are sectors. A stream-optimised file has gdOffset = 2⁶⁴−1 in front and the true header in its footer.
/// </summary>
internal sealed record SparseHeader
{
    public const uint Magic = 0x564d444b;
    public const int Size = 512;
    public const ulong GrainDirectoryAtEnd = ulong.MaxValue;

    private const uint FlagLineEndTest = 1, FlagZeroedGrain = 4, FlagCompressed = 1u << 16, FlagMarkers = 1u << 17;
    private const long MaxDescriptor = Descriptors.ForeignDescriptor.MaxBytes / BlockRequest.SectorSize;
    private const long MaxCapacity = Descriptors.ExtentLine.MaxSectors;

    public required long Capacity { get; init; }

    public required int GrainSectors { get; init; }

    public required int EntriesPerTable { get; init; }

    public required long DescriptorOffset { get; init; }

    public required long DescriptorSectors { get; init; }

    /// <summary>-1 when it stands in the footer.</summary>
    public required long GrainDirectoryOffset { get; init; }

    public required bool Compressed { get; init; }

    public required bool ZeroedGrains { get; init; }

    public int GrainBytes => GrainSectors * BlockRequest.SectorSize;

    /// <summary>Sectors that one grain table covers.</summary>
    public long TableSectors => (long)GrainSectors * EntriesPerTable;

    /// <summary>Number of grain tables.</summary>
    public long DirectoryEntries => (Capacity + TableSectors - 1) / TableSectors;

    /// <summary>Parses one sector; null with the reason when it breaks a rule, so that the caller can name the file.</summary>
    public static SparseHeader? Parse(ReadOnlySpan<byte> s, out string why)
    {
        why = "its header is cut off";
        if (s.Length < Size)
            return null;
        why = "it has no KDMV header";
        if (BinaryPrimitives.ReadUInt32LittleEndian(s) != Magic)
            return null;
        why = "its header has an unknown version";
        if (BinaryPrimitives.ReadUInt32LittleEndian(s[4..]) is < 1 or > 3)
            return null;
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(s[8..]);
        why = "line ends in it were converted (a transfer in text mode)";
        if ((flags & FlagLineEndTest) != 0 && !s.Slice(73, 4).SequenceEqual("\n \r\n"u8))
            return null;

        ulong capacity = BinaryPrimitives.ReadUInt64LittleEndian(s[12..]);
        ulong grain = BinaryPrimitives.ReadUInt64LittleEndian(s[20..]);
        ulong descriptorOffset = BinaryPrimitives.ReadUInt64LittleEndian(s[28..]);
        ulong descriptorSize = BinaryPrimitives.ReadUInt64LittleEndian(s[36..]);
        uint entries = BinaryPrimitives.ReadUInt32LittleEndian(s[44..]);
        ulong directory = BinaryPrimitives.ReadUInt64LittleEndian(s[56..]);
        int algorithm = BinaryPrimitives.ReadUInt16LittleEndian(s[77..]);
        bool compressed = (flags & FlagCompressed) != 0;

        why = "its capacity is zero or beyond 64 TiB";
        if (capacity is 0 or > MaxCapacity)
            return null;
        why = "its grain size is not a power of two between 8 and 2048 sectors";
        if (grain is < 8 or > 2048 || !ulong.IsPow2(grain))
            return null;
        why = "its grain tables do not have 1 to 512 entries, a power of two";
        if (entries is 0 or > 512 || !uint.IsPow2(entries))
            return null;
        why = "its embedded descriptor is too large or lies nowhere";
        if (descriptorSize > MaxDescriptor || descriptorOffset > MaxCapacity || (descriptorSize > 0 && descriptorOffset == 0))
            return null;
        why = "its grain directory lies nowhere";
        if (directory is 0 or (> uint.MaxValue and < GrainDirectoryAtEnd))
            return null;
        why = "it is compressed in an unknown way";
        if (compressed ? algorithm != 1 || (flags & FlagMarkers) == 0 : algorithm != 0)
            return null;

        why = "";
        return new SparseHeader
        {
            Capacity = (long)capacity,
            GrainSectors = (int)grain,
            EntriesPerTable = (int)entries,
            DescriptorOffset = (long)descriptorOffset,
            DescriptorSectors = (long)descriptorSize,
            GrainDirectoryOffset = directory == GrainDirectoryAtEnd ? -1 : (long)directory,
            Compressed = compressed,
            ZeroedGrains = (flags & FlagZeroedGrain) != 0,
        };
    }
}
