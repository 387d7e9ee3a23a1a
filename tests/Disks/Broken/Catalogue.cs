using System.Text;

namespace Lorica.Disks.Tests.Broken;

/// <summary>Every way of being broken or hostile that the readers know, one builder each.</summary>
public static class Catalogue
{
    private const string Head = "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\n";
    private static readonly string Flat = Head + "createType=\"monolithicFlat\"\n";

    public static IReadOnlyList<BrokenImage> All { get; } = [.. Sparse(), .. Compressed(), .. Text()];

    private static IEnumerable<BrokenImage> Sparse()
    {
        yield return Of("nothing broken", null, new SparseBuilder());
        yield return Of("unknown version", DiskErrorKind.Malformed, new SparseBuilder { Version = 9 });
        yield return Of("transferred in text mode", DiskErrorKind.Malformed,
            new SparseBuilder { LineEnds = "\r\n\r\n"u8.ToArray() });
        yield return Of("no capacity", DiskErrorKind.Malformed, new SparseBuilder { Capacity = 0 });
        yield return Of("capacity of 2^63 sectors", DiskErrorKind.Malformed, new SparseBuilder { Capacity = 1UL << 63 });
        yield return Of("capacity of 64 TiB with one table", DiskErrorKind.Malformed,
            new SparseBuilder { Capacity = 64UL << 31 });
        yield return Of(
            "64 TiB of the smallest tables", DiskErrorKind.TooLarge,
            new SparseBuilder { Capacity = 64UL << 31, GrainSize = 8, EntriesPerTable = 1 });
        yield return Of("grain size 0", DiskErrorKind.Malformed, new SparseBuilder { GrainSize = 0 });
        yield return Of("grain size no power of two", DiskErrorKind.Malformed, new SparseBuilder { GrainSize = 100 });
        yield return Of("grain size of 2^60", DiskErrorKind.Malformed, new SparseBuilder { GrainSize = 1UL << 60 });
        yield return Of("tables without entries", DiskErrorKind.Malformed, new SparseBuilder { EntriesPerTable = 0 });
        yield return Of("tables of 2^31 entries", DiskErrorKind.Malformed, new SparseBuilder { EntriesPerTable = 1U << 31 });
        yield return Of("descriptor of 4 GiB", DiskErrorKind.Malformed, new SparseBuilder { DescriptorSize = 1UL << 23 });
        yield return Of("descriptor behind the end", DiskErrorKind.Malformed, new SparseBuilder { DescriptorOffset = 100_000 });
        yield return Of("descriptor over the header", DiskErrorKind.Malformed, new SparseBuilder { DescriptorOffset = 0 });
        yield return Of("no descriptor", DiskErrorKind.Unsupported, new SparseBuilder { DescriptorSize = 0 });
        yield return Of("directory behind the end", DiskErrorKind.Malformed, new SparseBuilder { Directory = 4_000_000 });
        yield return Of("directory at 0", DiskErrorKind.Malformed, new SparseBuilder { Directory = 0 });
        yield return Of("directory at 2^62", DiskErrorKind.Malformed, new SparseBuilder { Directory = 1UL << 62 });
        yield return Of("footer that is not there", DiskErrorKind.Malformed, new SparseBuilder { Directory = ulong.MaxValue });
        yield return Of("table behind the end", DiskErrorKind.Malformed, new SparseBuilder { DirectoryEntries = [5_000_000] });
        yield return Of("grain behind the end", DiskErrorKind.Malformed, Grains((0, 5_000_000)));
        yield return Of("grain at the last sector there can be", DiskErrorKind.Malformed, Grains((0, uint.MaxValue)));
        yield return Of("two grains in one place", DiskErrorKind.Malformed, Grains((0, 128), (1, 128)));
        yield return Of("grains that overlap by half", DiskErrorKind.Malformed, Grains((0, 128), (1, 192)));
        yield return Of("more grains than the file can hold", DiskErrorKind.Malformed,
            Grains([.. Enumerable.Range(0, 16).Select(i => (i, (uint)(128 + i)))]));
        yield return Of("zeroed grain without its flag", DiskErrorKind.Malformed, Grains((0, 1), (1, 1)));
        yield return Of("cut in its last grain", DiskErrorKind.Malformed, new SparseBuilder { Grains = { [0] = 500 } });
        yield return Of("type of another layout", DiskErrorKind.Unsupported, new SparseBuilder { CreateType = "vmfs" });
        yield return Of("two sizes", DiskErrorKind.Malformed,
            new SparseBuilder { Text = Head + "createType=\"monolithicSparse\"\nRW 4096 SPARSE \"x\"\n" });
        yield return Of("two extents in a single file", DiskErrorKind.Malformed,
            new SparseBuilder { Text = Head + "createType=\"monolithicSparse\"\nRW 1024 SPARSE \"x\"\nRW 1024 SPARSE \"y\"\n" });
        yield return Of("a parent", DiskErrorKind.HasParent, new SparseBuilder
        {
            Text = "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=1\ncreateType=\"monolithicSparse\"\n"
                + "parentFileNameHint=\"x.vmdk\"\nRW 2048 SPARSE \"x\"\n",
        });
        yield return Bytes("header cut in the middle", DiskErrorKind.Malformed, new SparseBuilder().Build()[..300]);
        yield return Bytes("cut behind the header", DiskErrorKind.Malformed, new SparseBuilder().Build()[..512]);
        yield return Bytes("cut behind the tables", DiskErrorKind.Malformed, new SparseBuilder().Build()[..(27 * 512)]);
    }

    private static IEnumerable<BrokenImage> Compressed()
    {
        yield return Of("nothing broken, compressed", null, SparseBuilder.Compressed());
        yield return Of("nothing broken, directory in the footer", null, With(SparseBuilder.Compressed(), b => b.Footer = true));
        yield return Bytes("footer cut off", DiskErrorKind.Malformed,
            With(SparseBuilder.Compressed(), b => b.Footer = true).Build()[..^512]);
        yield return Of("footer of another size", DiskErrorKind.Malformed, With(SparseBuilder.Compressed(), b =>
        {
            b.Directory = ulong.MaxValue;
            b.Sectors[b.FileSectors - 2] = With(SparseBuilder.Compressed(), o => o.Capacity = 4096).Build()[..512];
        }));
        yield return Of("footer that names a footer", DiskErrorKind.Malformed, With(SparseBuilder.Compressed(), b =>
        {
            b.Directory = ulong.MaxValue;
            b.Footer = true;
        }));
        yield return Of("a bomb", DiskErrorKind.Malformed,
            SparseBuilder.Compressed(SparseBuilder.Deflate(new byte[8 * TestData.MiB])));
        yield return Of("one byte too many", DiskErrorKind.Malformed,
            SparseBuilder.Compressed(SparseBuilder.Deflate(new byte[65537])));
        yield return Of("too short", DiskErrorKind.Malformed, SparseBuilder.Compressed(SparseBuilder.Deflate(new byte[65535])));
        yield return Of("no zlib", DiskErrorKind.Malformed, SparseBuilder.Compressed(TestData.Noise(1000, 1)));
        yield return Of("size 0", DiskErrorKind.Malformed, SparseBuilder.Compressed(size: 0));
        yield return Of("size 4 GiB", DiskErrorKind.Malformed, SparseBuilder.Compressed(size: uint.MaxValue));
        yield return Of("behind the end", DiskErrorKind.Malformed, new SparseBuilder
        {
            Version = 3, Flags = 0x30003, Algorithm = 1, CreateType = "streamOptimized", Grains = { [0] = 511 },
            Sectors = { [511] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0] },
        });
        yield return Of("grain of another place", DiskErrorKind.Malformed, SparseBuilder.Compressed(lba: 128));
        yield return Of("unknown compression", DiskErrorKind.Malformed, new SparseBuilder { Flags = 0x30003, Algorithm = 2 });
        yield return Of("compressed without markers", DiskErrorKind.Malformed,
            new SparseBuilder { Flags = 0x10003, Algorithm = 1 });
    }

    private static IEnumerable<BrokenImage> Text()
    {
        yield return Text("nothing broken, flat", null, Flat + "RW 16 FLAT \"data\" 0\n");
        yield return Text("zeros in between", null, Flat + "RW 16 FLAT \"data\" 0\nRW 20000 ZERO\n");
        yield return Text("file of the system", DiskErrorKind.EscapesFolder, Flat + "RW 1 FLAT \"/etc/passwd\" 0\n");
        yield return Text("up and away", DiskErrorKind.EscapesFolder, Flat + "RW 1 FLAT \"../../../etc/passwd\" 0\n");
        yield return Text("up only", DiskErrorKind.EscapesFolder, Flat + "RW 1 FLAT \"..\" 0\n");
        yield return Text("backslashes", DiskErrorKind.EscapesFolder, Flat + "RW 1 FLAT \"..\\\\..\\\\x\" 0\n");
        yield return Text("a folder below", DiskErrorKind.EscapesFolder, Flat + "RW 1 FLAT \"sub/data\" 0\n");
        yield return Text("a link", DiskErrorKind.EscapesFolder, Flat + "RW 1 FLAT \"link\" 0\n");
        yield return Text("a folder itself", DiskErrorKind.NotADisk, Flat + "RW 1 FLAT \"folder\" 0\n");
        yield return Text("a pipe", DiskErrorKind.NotADisk, Flat + "RW 1 FLAT \"pipe\" 0\n");
        yield return Text("a file that is missing", DiskErrorKind.NotFound, Flat + "RW 1 FLAT \"nothing\" 0\n");
        yield return Text("a file that is too short", DiskErrorKind.Malformed, Flat + "RW 17 FLAT \"data\" 0\n");
        yield return Text("an offset behind its end", DiskErrorKind.Malformed, Flat + "RW 16 FLAT \"data\" 1\n");
        yield return Text("an offset of 2^62", DiskErrorKind.Malformed, Flat + "RW 16 FLAT \"data\" 4611686018427387904\n");
        yield return Text("a size of 2^64", DiskErrorKind.Malformed, Flat + "RW 18446744073709551616 FLAT \"data\" 0\n");
        yield return Text("a negative size", DiskErrorKind.Malformed, Flat + "RW -1 FLAT \"data\" 0\n");
        yield return Text("no size", DiskErrorKind.Malformed, Flat + "RW 0 FLAT \"data\" 0\n");
        yield return Text("sizes that add up to more than 64 TiB", DiskErrorKind.TooLarge,
            Flat + "RW 137438953472 ZERO\nRW 137438953472 ZERO\n");
        yield return Text("two extents that overlap", DiskErrorKind.Malformed,
            Flat + "RW 10 FLAT \"data\" 0\nRW 6 FLAT \"data\" 9\n");
        yield return Text("600 extents", null, Flat + string.Concat(Enumerable.Repeat("RW 1 ZERO\n", 600)));
        yield return Text("no extent", DiskErrorKind.Malformed, Flat);
        yield return Text("a zero extent with a file", DiskErrorKind.Malformed, Flat + "RW 1 ZERO \"data\"\n");
        yield return Text("no access", DiskErrorKind.Unsupported, Flat + "NOACCESS 1 FLAT \"data\" 0\n");
        yield return Text("a raw device", DiskErrorKind.Unsupported,
            Head + "createType=\"fullDevice\"\nRW 1 FLAT \"/dev/sda\" 0\n");
        yield return Text("an extent of a raw device", DiskErrorKind.Unsupported, Flat + "RW 1 VMFSRDM \"data\"\n");
        yield return Text("itself as its extent", DiskErrorKind.Malformed,
            Head + "createType=\"twoGbMaxExtentSparse\"\nRW 2048 SPARSE \"x.vmdk\"\n");
        yield return Text("a delta of itself", DiskErrorKind.HasParent, Head.Replace("parentCID=ffffffff", "parentCID=12345678")
            + "createType=\"monolithicFlat\"\nparentFileNameHint=\"x.vmdk\"\nRW 1 FLAT \"data\" 0\n");
        yield return Text("a parent by name only", DiskErrorKind.HasParent,
            Flat + "parentFileNameHint=\"x.vmdk\"\nRW 1 FLAT \"data\" 0\n");
        yield return Text("an encrypted one", DiskErrorKind.AlreadyEncrypted,
            Flat + "encryptionKeys=\"vmware:key/x\"\nRW 1 FLAT \"data\" 0\n");
        yield return Text("an unknown type", DiskErrorKind.Unsupported, Head + "createType=\"custom\"\nRW 1 FLAT \"data\" 0\n");
        yield return Text("an unknown version", DiskErrorKind.Unsupported, Flat.Replace("version=1", "version=7"));
        yield return Text("a key twice, the same", null, Flat + "cid=12345678\nRW 1 FLAT \"data\" 0\n");
        yield return Text("a key of the data base twice", null,
            Flat + "ddb.toolsVersion=\"1\"\nRW 1 FLAT \"data\" 0\nddb.toolsVersion=\"2\"\n");
        yield return Text("tabs for blanks", null, Flat + "RW\t1\tFLAT\t\"data\"\t0\n");
        yield return Text("blanks around equals signs", null, Flat.Replace("=", " = ") + " RW 1 FLAT \"data\" 0\n");
        yield return Text("seven fields", null, Flat + "RW 1 FLAT \"data\" 0 uuid device\n");
        yield return Text("nine fields", DiskErrorKind.Malformed, Flat + "RW 1 FLAT \"data\" 0 uuid device a b\n");
        yield return Text("an empty name of a parent", null, Flat + "parentFileNameHint=\"\"\nRW 1 FLAT \"data\" 0\n");
        yield return Text("an empty name of a parent and the parent", DiskErrorKind.HasParent,
            Flat.Replace("ffffffff", "12345678") + "parentFileNameHint=\"\"\nRW 1 FLAT \"data\" 0\n");
        yield return Text("the older word for split", null, Flat.Replace("monolithicFlat", "2GbMaxExtentFlat")
            + "RW 1 FLAT \"data\" 0\nRW 1 FLAT \"data\" 1\n");
        yield return Text("comments in front", null,
            "# made by some converter\n\n#\n" + Flat["# Disk DescriptorFile\n".Length..] + "RW 1 FLAT \"data\" 0\n");
        yield return Text("no comment at all", null,
            Flat["# Disk DescriptorFile\n".Length..] + "RW 1 FLAT \"data\" 0\n");
        yield return Text("a byte order mark", null, "\uFEFF" + Flat + "RW 1 FLAT \"data\" 0\n");
        yield return Text("a byte order mark and Windows line ends", null,
            ("\uFEFF" + Flat + "RW 1 FLAT \"data\" 0\n").Replace("\n", "\r\n"));
        yield return Text("a key twice", DiskErrorKind.Malformed, Flat + "cid=1\nRW 1 FLAT \"data\" 0\n");
        yield return Text("a line of noise", DiskErrorKind.Malformed, Flat + "what is this\n");
        yield return Text("an open quote", DiskErrorKind.Malformed, Flat + "RW 1 FLAT \"data 0\n");
        yield return Text("what qemu leaves behind a CID that became shorter", null,
            Flat + "RW 1 FLAT \"data\" 0\n# the end\n\0 end\n\0\0\0");
        yield return Text("what qemu leaves behind a CID that became shorter twice", null,
            Flat + "RW 1 FLAT \"data\" 0\n\0\n\0\n\0\0\0");
        yield return Text("other text behind a zero byte", DiskErrorKind.Malformed, Flat + "RW 1 FLAT \"data\" 0\n\0RW 1\n");
        yield return Text("a zero byte inside", DiskErrorKind.Malformed, Flat + "a=\0\nRW 1 FLAT \"data\" 0\n");
        yield return Text("more than 1 MiB", DiskErrorKind.TooLarge, Flat + new string('#', 1_100_000));
        yield return Bytes("bytes that are no UTF-8", DiskErrorKind.Malformed,
            [.. Encoding.ASCII.GetBytes(Flat), 0xff, 0xfe, (byte)'\n']);
        yield return Bytes("nothing at all", DiskErrorKind.NotADisk, []);
        yield return new BrokenImage("a folder", DiskErrorKind.NotADisk, f => Directory.CreateDirectory(f.Path("x.vmdk")));
        yield return new BrokenImage("not there", DiskErrorKind.NotFound, _ => { });
        yield return new BrokenImage("a pipe in its place", DiskErrorKind.NotADisk, f => Tool.Output("mkfifo", f.Path("x.vmdk")));
    }

    private static SparseBuilder Grains(params (int Grain, uint Sector)[] grains)
    {
        var builder = new SparseBuilder();
        foreach (var (grain, sector) in grains)
            builder.Grains[grain] = sector;
        return builder;
    }

    private static SparseBuilder With(SparseBuilder builder, Action<SparseBuilder> change)
    {
        change(builder);
        return builder;
    }

    private static BrokenImage Of(string name, DiskErrorKind? verdict, SparseBuilder builder) =>
        new(name, verdict, f => f.Write("x.vmdk", builder.Build()));

    private static BrokenImage Bytes(string name, DiskErrorKind? verdict, byte[] bytes) =>
        new(name, verdict, f => f.Write("x.vmdk", bytes));

    private static BrokenImage Text(string name, DiskErrorKind? verdict, string text) => new(name, verdict, f =>
    {
        f.Write("x.vmdk", text);
        f.Write("data", new byte[8192]);
        if (name == "a link")
            File.CreateSymbolicLink(f.Path("link"), "/etc/passwd");
        if (name == "a folder itself")
            Directory.CreateDirectory(f.Path("folder"));
        if (name == "a folder below")
        {
            Directory.CreateDirectory(f.Path("sub"));
            f.Write("sub/data", new byte[8192]);
        }

        if (name == "a pipe")
            Tool.Output("mkfifo", f.Path("pipe"));
    });
}
