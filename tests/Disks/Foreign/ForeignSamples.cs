using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Lorica.Disks.Tests.Broken;

namespace Lorica.Disks.Tests.Foreign;

/// <summary>A small file of each kind that people bring; also the corpus of the fuzz target.</summary>
public static class ForeignSamples
{
    public static readonly byte[] Disk = TestData.Noise(8192, 7);

    private const string Vmx =
        ".encoding = \"UTF-8\"\nconfig.version = \"8\"\nvirtualHW.version = \"19\"\ndisplayName = \"web\"\n";
    private const string Ovf = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        + "<Envelope xmlns=\"http://schemas.dmtf.org/ovf/envelope/1\"/>\n";

    public static IReadOnlyList<(string Name, ImageFormat Format, byte[] Content)> All { get; } = [.. Make()];

    private static IEnumerable<(string, ImageFormat, byte[])> Make()
    {
        yield return ("raw", ImageFormat.Raw, Disk);
        yield return ("raw, zeros", ImageFormat.Raw, new byte[8192]);
        yield return ("raw that begins with text", ImageFormat.Raw,
            [.. "LABEL of a disk"u8, .. new byte[70_000 / 512 * 512 - 15]]);
        yield return ("iso", ImageFormat.Iso, At(0x8001, "CD001"u8));
        yield return ("udf", ImageFormat.Iso, At(0x8001, "BEA01"u8));
        yield return ("sparse", ImageFormat.VmdkSparse, new SparseBuilder().Build());
        yield return ("stream", ImageFormat.VmdkStream, SparseBuilder.Compressed().Build());
        yield return ("part", ImageFormat.VmdkPart, new SparseBuilder { DescriptorSize = 0 }.Build());
        yield return ("sparse, a broken header", ImageFormat.VmdkSparse, new SparseBuilder { Version = 77 }.Build());
        yield return ("tail of a stream", ImageFormat.VmdkTail,
            [.. Disk, .. new SparseBuilder().Build().AsSpan(0, 512), .. new byte[512]]);
        yield return ("descriptor", ImageFormat.VmdkDescriptor, "# Disk DescriptorFile\nversion=1\n"u8.ToArray());
        yield return ("descriptor, another title", ImageFormat.VmdkDescriptor, "# Disk Descriptor File\nversion=1\n"u8.ToArray());
        yield return ("descriptor, other comments", ImageFormat.VmdkDescriptor, "\n# made by X\n #\n version = 1\n"u8.ToArray());
        yield return ("descriptor, no comment", ImageFormat.VmdkDescriptor, "encoding=\"GBK\"\nversion=1\n"u8.ToArray());
        yield return ("descriptor, comment in GBK", ImageFormat.VmdkDescriptor,
            [.. "# "u8, 0xc4, 0x85, 0x0c, .. "\nversion=1\n"u8]);
        yield return ("descriptor, UTF-8 mark", ImageFormat.VmdkDescriptor, "\uFEFFversion=1\n"u8.ToArray());
        yield return ("descriptor, UTF-16", ImageFormat.VmdkDescriptor, Utf16("# Disk DescriptorFile\r\nversion=1\r\n", true));
        yield return ("descriptor, UTF-16 without mark", ImageFormat.VmdkDescriptor, Utf16("# Disk DescriptorFile\n", false));
        yield return ("descriptor, filled up", ImageFormat.VmdkDescriptor,
            [.. "# Disk DescriptorFile\nversion=1\n"u8, .. new byte[1000]]);
        yield return ("cowd", ImageFormat.VmdkCowd, At(0, "COWD"u8));
        yield return ("seSparse", ImageFormat.VmdkSeSparse, At(0, [0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0]));
        yield return ("ctk", ImageFormat.ChangeTracking, At(0, [0xa2, 0x72, 0x19, 0xf6, 1, 0, 0, 0]));
        yield return ("fixed vhd", ImageFormat.VhdFixed, [.. Disk, .. At(0, "conectix"u8)[..512]]);
        yield return ("fixed vhd, old footer", ImageFormat.VhdFixed, [.. Disk, .. At(0, "conectix"u8)[..511]]);
        yield return ("dynamic vhd", ImageFormat.VhdDynamic, At(0, "conectix"u8));
        yield return ("vhdx", ImageFormat.Vhdx, At(0, "vhdxfile"u8));
        yield return ("qcow2", ImageFormat.Qcow, At(0, [.. "QFI"u8, 0xfb, 0, 0, 0, 3]));
        yield return ("vdi", ImageFormat.Vdi, At(0x40, [0x7f, 0x10, 0xda, 0xbe]));
        yield return ("qed", ImageFormat.Qed, At(0, "QED\0"u8));
        yield return ("parallels", ImageFormat.Parallels, At(0, "WithoutFreeSpace"u8));
        yield return ("ewf", ImageFormat.Ewf, At(0, [.. "EVF"u8, 9, 13, 10, 255, 0]));
        yield return ("dmg", ImageFormat.Dmg, [.. Disk, .. At(0, "koly"u8)[..512]]);
        yield return ("luks", ImageFormat.Luks, At(0, [.. "LUKS"u8, 0xba, 0xbe, 0, 2]));
        yield return ("ova", ImageFormat.Ova, Tar("web.ovf"));
        yield return ("tar", ImageFormat.Tar, Tar("disk.raw"));
        yield return ("gzip", ImageFormat.Gzip, Packed(s => new GZipStream(s, CompressionLevel.Fastest)));
        yield return ("xz", ImageFormat.Xz, At(0, [0xfd, .. "7zXZ"u8, 0]));
        yield return ("zstd", ImageFormat.Zstd, At(0, [0x28, 0xb5, 0x2f, 0xfd]));
        yield return ("bzip2", ImageFormat.Bzip2, At(0, [.. "BZh9"u8, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]));
        yield return ("zip", ImageFormat.Zip, Zip());
        yield return ("7z", ImageFormat.SevenZip, At(0, [.. "7z"u8, 0xbc, 0xaf, 0x27, 0x1c]));
        yield return ("cpio", ImageFormat.Archive, At(0, "070701"u8));
        yield return ("vmss", ImageFormat.MachineState, At(0, [0xd2, 0xbe, 0xd2, 0xbe]));
        yield return ("vmx", ImageFormat.Vmx, Encoding.UTF8.GetBytes(Vmx));
        yield return ("vmx, whole sectors", ImageFormat.Vmx, Encoding.UTF8.GetBytes(Vmx.PadRight(1024)));
        yield return ("ovf", ImageFormat.Ovf, Encoding.UTF8.GetBytes(Ovf));
        yield return ("ovf, whole sectors", ImageFormat.Ovf, Encoding.UTF8.GetBytes(Ovf.PadRight(8192)));
        yield return ("text, whole sectors", ImageFormat.Text, Encoding.UTF8.GetBytes(new string('é', 4096)));
        yield return ("text, filled up with zeros", ImageFormat.Text, [.. "Hello"u8, .. new byte[1019]]);
        yield return ("git-lfs", ImageFormat.Text, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"u8.ToArray());
        yield return ("sealed stream", ImageFormat.Lorica, At(0, "LORICASS"u8));
        yield return ("journal", ImageFormat.Lorica, At(64, "LRCJRNL1"u8));
        yield return ("empty", ImageFormat.Empty, []);
        yield return ("one byte", ImageFormat.BelowOneSector, [0]);
        yield return ("511 bytes", ImageFormat.BelowOneSector, Disk[..511]);
        yield return ("a sector and a half", ImageFormat.NotWholeSectors, Disk[..768]);
    }

    private static byte[] At(int offset, ReadOnlySpan<byte> mark)
    {
        byte[] file = TestData.Noise(0x9000, 3);
        file.AsSpan(0, 16).Clear();
        mark.CopyTo(file.AsSpan(offset));
        return file;
    }

    private static byte[] Utf16(string text, bool marked) =>
        [.. marked ? Encoding.Unicode.GetPreamble() : [], .. Encoding.Unicode.GetBytes(text)];

    private static byte[] Packed(Func<Stream, Stream> pack)
    {
        using var file = new MemoryStream();
        using (var packer = pack(file))
            packer.Write(Disk);
        return file.ToArray();
    }

    private static byte[] Zip()
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create))
        using (var entry = zip.CreateEntry("disk.raw").Open())
            entry.Write(Disk);
        return file.ToArray();
    }

    private static byte[] Tar(string name)
    {
        using var file = new MemoryStream();
        using (var tar = new TarWriter(file, TarEntryFormat.Ustar))
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Disk) });
        return file.ToArray();
    }
}
