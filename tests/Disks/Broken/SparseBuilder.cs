using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Lorica.Disks.Tests.Broken;

/// <summary>Builds small sparse images field by field, so that each test can break exactly one of them.</summary>
public sealed class SparseBuilder
{
    public uint Magic { get; set; } = 0x564d444b;
    public uint Version { get; set; } = 1;
    public uint Flags { get; set; } = 3;
    public ulong Capacity { get; set; } = 2048;
    public ulong GrainSize { get; set; } = 128;
    public ulong DescriptorOffset { get; set; } = 1;
    public ulong DescriptorSize { get; set; } = 20;
    public uint EntriesPerTable { get; set; } = 512;
    public ulong Directory { get; set; } = 21;
    public byte[] LineEnds { get; set; } = "\n \r\n"u8.ToArray();
    public ushort Algorithm { get; set; }
    public string CreateType { get; set; } = "monolithicSparse";
    public string? Text { get; set; }
    public uint[] DirectoryEntries { get; set; } = [22];
    public Dictionary<int, uint> Grains { get; } = new() { [0] = 128 };
    public Dictionary<int, byte[]> Sectors { get; } = [];
    public int FileSectors { get; set; } = 512;

    /// <summary>The front says that the directory is named by the footer, as in a stream.</summary>
    public bool Footer { get; set; }

    /// <summary>A stream-optimised image of one grain at sector 128 (the directory is in front, which is allowed).</summary>
    public static SparseBuilder Compressed(byte[]? payload = null, ulong lba = 0, uint? size = null)
    {
        byte[] packed = payload ?? Deflate(new byte[65536]);
        byte[] grain = new byte[12 + packed.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(grain, lba);
        BinaryPrimitives.WriteUInt32LittleEndian(grain.AsSpan(8), size ?? (uint)packed.Length);
        packed.CopyTo(grain, 12);
        return new SparseBuilder
        {
            Version = 3, Flags = 0x30003, Algorithm = 1, CreateType = "streamOptimized", Sectors = { [128] = grain },
        };
    }

    public static byte[] Deflate(byte[] data)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
            zlib.Write(data);
        return packed.ToArray();
    }

    public byte[] Build()
    {
        byte[] file = new byte[FileSectors * 512];
        var s = file.AsSpan();
        BinaryPrimitives.WriteUInt32LittleEndian(s, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(s[4..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(s[8..], Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(s[12..], Capacity);
        BinaryPrimitives.WriteUInt64LittleEndian(s[20..], GrainSize);
        BinaryPrimitives.WriteUInt64LittleEndian(s[28..], DescriptorOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(s[36..], DescriptorSize);
        BinaryPrimitives.WriteUInt32LittleEndian(s[44..], EntriesPerTable);
        BinaryPrimitives.WriteUInt64LittleEndian(s[56..], Directory);
        LineEnds.CopyTo(s[73..]);
        BinaryPrimitives.WriteUInt16LittleEndian(s[77..], Algorithm);
        Encoding.UTF8.GetBytes(Text ?? DefaultText(), s[512..]);
        for (int i = 0; i < DirectoryEntries.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(s[(21 * 512 + i * 4)..], DirectoryEntries[i]);
        foreach (var (grain, sector) in Grains)
            BinaryPrimitives.WriteUInt32LittleEndian(s[(22 * 512 + grain * 4)..], sector);
        foreach (var (sector, data) in Sectors)
            data.CopyTo(s[(sector * 512)..]);
        if (Footer)
        {
            // Footer, then the end-of-stream marker (a sector of zeros).
            s[..512].CopyTo(s[((FileSectors - 2) * 512)..]);
            BinaryPrimitives.WriteUInt64LittleEndian(s[56..], ulong.MaxValue);
        }

        return file;
    }

    private string DefaultText() =>
        $"# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\ncreateType=\"{CreateType}\"\n\n"
        + $"RW {Capacity} SPARSE \"x.vmdk\"\n";
}
