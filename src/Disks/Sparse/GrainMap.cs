using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Lorica.Disks.Images;

namespace Lorica.Disks.Sparse;

/// <summary>
/// Grain directory and grain tables of a sparse extent. Everything is checked once when it is opened: each table and each grain
/// lies inside the file and no two of them overlap. The memory that takes is bounded by the apparent size of the file and by
/// <see cref="MaxDirectoryEntries"/>, not by what it claims.
/// </summary>
internal sealed class GrainMap
{
    /// <summary>Of one image, however many files it has: 16 MiB of memory.</summary>
    public const int MaxDirectoryEntries = 4 * 1024 * 1024;

    /// <summary>Tables kept in memory, 2 KiB each, of an extent that is alone.</summary>
    public const int MostCachedTables = 64;

    private readonly ImageFile _file;
    private readonly SparseHeader _header;
    private readonly uint[] _directory;
    private readonly int _cachedTables;
    private readonly Dictionary<uint, uint[]> _tables = [];
    private readonly Lock _gate = new();

    private GrainMap(ImageFile file, SparseHeader header, uint[] directory, int cachedTables)
    {
        _file = file;
        _header = header;
        _directory = directory;
        _cachedTables = cachedTables;
    }

    public static GrainMap Open(ImageFile file, SparseHeader header, int cachedTables)
    {
        long count = header.DirectoryEntries;
        if (count > MaxDirectoryEntries)
            throw new DiskException(DiskErrorKind.TooLarge, $"The image {file.Path} has too many grain tables.", file.Path);
        long at = header.GrainDirectoryOffset * BlockRequest.SectorSize;
        if (at <= 0 || at > file.Length - count * sizeof(uint))
            throw file.Malformed("its grain directory lies behind its end (cut off?)", at);
        uint[] directory = ReadNumbers(file, at, (int)count);
        var map = new GrainMap(file, header, directory, cachedTables);
        map.CheckAll();
        return map;
    }

    /// <summary>File sector of a grain; 0 for a hole (also for the explicit mark of a zeroed grain).</summary>
    public uint SectorOf(long grain)
    {
        uint[]? table = Table(grain / _header.EntriesPerTable);
        uint sector = table is null ? 0 : table[grain % _header.EntriesPerTable];
        return sector == 1 && _header.ZeroedGrains ? 0 : sector;
    }

    /// <summary>Whether the table that covers the grain does not exist at all.</summary>
    public bool TableIsHole(long grain) => _directory[grain / _header.EntriesPerTable] == 0;

    private uint[]? Table(long index)
    {
        uint sector = _directory[index];
        if (sector == 0)
            return null;
        lock (_gate)
        {
            if (_tables.TryGetValue(sector, out uint[]? table))
                return table;
            table = ReadNumbers(_file, (long)sector * BlockRequest.SectorSize, _header.EntriesPerTable);
            if (_tables.Count >= _cachedTables)
                _tables.Clear();
            return _tables[sector] = table;
        }
    }

    private void CheckAll()
    {
        // Tables: a compressed or plain table takes whole sectors of its own.
        int tableSectors = (_header.EntriesPerTable * sizeof(uint) + BlockRequest.SectorSize - 1) / BlockRequest.SectorSize;
        uint[] used = _directory.Where(s => s != 0).ToArray();
        CheckApart(used, tableSectors, _file.Length - _header.EntriesPerTable * sizeof(uint), "grain tables");

        // Grains: a compressed one takes at least one sector; how long it is, is checked when it is read.
        int grainSectors = _header.Compressed ? 1 : _header.GrainSectors;
        long last = (_header.Capacity + _header.GrainSectors - 1) / _header.GrainSectors;
        long mayHold = _file.Length / ((long)grainSectors * BlockRequest.SectorSize) + 1;
        var grains = new List<uint>();
        for (long index = 0; index < _directory.Length; index++)
        {
            if (Table(index) is not { } table)
                continue;
            long first = index * _header.EntriesPerTable;
            for (int i = 0; i < table.Length && first + i < last; i++)
            {
                if (table[i] > 1 || (table[i] == 1 && !_header.ZeroedGrains))
                    grains.Add(table[i]);
            }

            if (grains.Count > mayHold)
                throw _file.Malformed("grains overlap: it claims more of them than its file can hold");
        }

        // The last grain of a file may be cut to the sectors that the disk uses of it, so only its start must be inside here.
        CheckApart(CollectionsMarshal.AsSpan(grains), grainSectors, _file.Length - BlockRequest.SectorSize, "grains");
    }

    private void CheckApart(Span<uint> sectors, int size, long lastStart, string what)
    {
        sectors.Sort();
        for (int i = 0; i < sectors.Length; i++)
        {
            if ((long)sectors[i] * BlockRequest.SectorSize > lastStart)
                throw _file.Malformed($"{what} lie behind its end (cut off?)", (long)sectors[i] * BlockRequest.SectorSize);
            if (i > 0 && sectors[i] - sectors[i - 1] < size)
                throw _file.Malformed($"{what} overlap", (long)sectors[i] * BlockRequest.SectorSize);
        }
    }

    private static uint[] ReadNumbers(ImageFile file, long offset, int count)
    {
        uint[] numbers = new uint[count];
        file.Read(offset, MemoryMarshal.AsBytes(numbers.AsSpan()));
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(numbers, numbers);
        return numbers;
    }
}
