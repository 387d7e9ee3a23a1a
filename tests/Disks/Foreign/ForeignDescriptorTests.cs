using System.Text;
using Lorica.Disks.Descriptors;

namespace Lorica.Disks.Tests.Foreign;

public sealed class ForeignDescriptorTests : IDisposable
{
    private const string Head = "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\n";
    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("windows-1252", 1252, "Größe é")]
    [InlineData("windows-1251", 1251, "диск")]
    [InlineData("GBK", 936, "磁盘乗")]
    [InlineData("GB18030", 54936, "磁盘㐀")]
    [InlineData("Shift_JIS", 932, "ディスクソ表")]
    [InlineData("windows-932", 932, "能")]
    [InlineData("Big5", 950, "磁碟功")]
    [InlineData("windows-949", 949, "디스크")]
    [InlineData("EUC-JP", 51932, "ディスク")]
    [InlineData("ISO-8859-15", 28605, "prix €")]
    [InlineData("UTF-8", 65001, "磁盘 é")]
    public async Task Names_of_files_are_read_in_the_encoding_that_the_descriptor_names(string name, int codePage, string file)
    {
        _folder.Write(file + ".vmdk", TestData.Noise(1024, codePage));
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? new UTF8Encoding(false);
        _folder.Write("d.vmdk", encoding.GetBytes(
            Head + $"encoding=\"{name}\"\ncreateType=\"monolithicFlat\"\nRW 2 FLAT \"{file}.vmdk\" 0\n"));
        await using var device = await DiskImage.OpenReadOnlyAsync(_folder.Path("d.vmdk"), default);
        Assert.Equal(TestData.Noise(1024, codePage), await TestData.ReadAllAsync(device));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_descriptor_in_utf16_is_read(bool bigEndian)
    {
        _folder.Write("Größe.vmdk", new byte[1024]);
        var encoding = new UnicodeEncoding(bigEndian, true);
        _folder.Write("d.vmdk", [.. encoding.GetPreamble(), .. encoding.GetBytes((Head
            + "encoding=\"windows-1252\"\ncreateType=\"monolithicFlat\"\nRW 2 FLAT \"Größe.vmdk\" 0\n").Replace("\n", "\r\n"))]);
        await using var device = await DiskImage.OpenReadOnlyAsync(_folder.Path("d.vmdk"), default);
        Assert.Equal(1024, device.Length);
    }

    [Theory]
    [InlineData("ISO-2022-JP")]
    [InlineData("UTF-7")]
    [InlineData("UTF-16")]
    [InlineData("windows-65000")]
    [InlineData("windows-50220")]
    [InlineData("cp037")]
    [InlineData("klingon")]
    public async Task An_encoding_that_is_not_taken_is_refused_by_name_and_only_where_it_matters(string encoding)
    {
        _folder.Write("data", new byte[1024]);
        string head = Head + $"encoding=\"{encoding}\"\ncreateType=\"monolithicFlat\"\n";
        _folder.Write("ascii.vmdk", head + "RW 2 FLAT \"data\" 0\n");
        await using (var device = await DiskImage.OpenReadOnlyAsync(_folder.Path("ascii.vmdk"), default))
            Assert.Equal(1024, device.Length);

        _folder.Write("other.vmdk", Encoding.Latin1.GetBytes(head + "RW 2 FLAT \"dat\u00e4\" 0\n"));
        var refusal = await Assert.ThrowsAsync<DiskException>(
            () => DiskImage.OpenReadOnlyAsync(_folder.Path("other.vmdk"), default));
        Assert.Equal(DiskErrorKind.Unsupported, refusal.Kind);
        Assert.Contains(encoding, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("encoding=\"UTF-8\"\n")]
    public async Task Bytes_that_are_none_of_the_encoding_are_malformed(string line)
    {
        _folder.Write("d.vmdk", Encoding.Latin1.GetBytes(
            Head + line + "createType=\"monolithicFlat\"\nRW 2 FLAT \"dat\u00ff\" 0\n"));
        await DiskErrors.ExpectAsync(
            DiskErrorKind.Malformed, () => DiskImage.OpenReadOnlyAsync(_folder.Path("d.vmdk"), default));
    }

    [Fact]
    public async Task A_name_that_leaves_the_folder_only_once_decoded_is_refused()
    {
        // In Shift_JIS 0x5c alone is a backslash; as the second half of a character it is none.
        _folder.Write("d.vmdk", Encoding.Latin1.GetBytes(
            Head + "encoding=\"Shift_JIS\"\ncreateType=\"monolithicFlat\"\nRW 2 FLAT \"\u0083\u005c..\\x\" 0\n"));
        await DiskErrors.ExpectAsync(
            DiskErrorKind.EscapesFolder, () => DiskImage.OpenReadOnlyAsync(_folder.Path("d.vmdk"), default));
    }

    [Theory]
    [InlineData("vmfs")]
    [InlineData("vmfsThin")]
    [InlineData("vmfsEagerZeroedThick")]
    [InlineData("2gbmaxextentflat")]
    public async Task Every_word_for_flat_disks_is_read(string type)
    {
        _folder.Write("data", TestData.Noise(1024, 4));
        _folder.Write("d.vmdk", Head + $"createType = \"{type}\"\nRW 2 VMFS \"data\"\n");
        await using var device = await DiskImage.OpenReadOnlyAsync(_folder.Path("d.vmdk"), default);
        Assert.Equal(TestData.Noise(1024, 4), await TestData.ReadAllAsync(device));
    }

    [Theory]
    [InlineData("fullDevice", "/dev/")]
    [InlineData("vmfsRDM", "/dev/")]
    [InlineData("vmfsSparse", "snapshots")]
    [InlineData("seSparse", "snapshots")]
    [InlineData("custom", "qemu-img")]
    public async Task A_type_that_is_not_read_is_named_with_its_own_way_out(string type, string wayOut)
    {
        _folder.Write("d.vmdk", Head + $"createType=\"{type}\"\nRW 2 FLAT \"data\" 0\n");
        var refusal = await Assert.ThrowsAsync<DiskException>(() => DiskImage.OpenReadOnlyAsync(_folder.Path("d.vmdk"), default));
        Assert.Contains(type, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(wayOut, refusal.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eight_terabytes_in_pieces_of_two_gigabytes_are_read_with_few_open_files()
    {
        const int Pieces = 4096;
        const long Sectors = 4_192_256;
        var text = new StringBuilder(Head + "createType=\"twoGbMaxExtentFlat\"\n");
        for (int i = 1; i <= Pieces; i++)
        {
            using (var piece = new FileStream(_folder.Path($"disk-f{i:d6}.vmdk"), FileMode.CreateNew))
                piece.SetLength(Sectors * 512);
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"RW {Sectors} FLAT \"disk-f{i:d6}.vmdk\" 0\n");
        }

        byte[] last = TestData.Noise(4096, 1);
        using (var piece = new FileStream(_folder.Path($"disk-f{Pieces:d6}.vmdk"), FileMode.Open))
            piece.Write(last);
        _folder.Write("disk.vmdk", text.ToString());
        Assert.True(text.Length is > 64 * 1024 and < ForeignDescriptor.MaxBytes);

        await using var device = await DiskImage.OpenReadOnlyAsync(_folder.Path("disk.vmdk"), default);

        Assert.Equal(Pieces * Sectors * 512, device.Length);
        int open = new DirectoryInfo("/proc/self/fd").GetFileSystemInfos()
            .Count(f => f.LinkTarget?.StartsWith(_folder.Root, StringComparison.Ordinal) == true);
        Assert.True(open <= 4, $"{open} files are open");
        var data = await device.RangesAsync(default).Where(r => r.HoldsData).ToListAsync();
        Assert.Equal([new DiskRange((Pieces - 1) * Sectors * 512, 4096, RangeState.Data)], data);
        byte[] read = new byte[8192];
        await device.ReadAsync(data[0].Offset - 4096, read, default);
        Assert.Equal([.. new byte[4096], .. last], read);
    }

    [Fact]
    public async Task A_piece_that_is_replaced_while_the_disk_is_read_is_noticed()
    {
        var text = new StringBuilder(Head + "createType=\"twoGbMaxExtentFlat\"\n");
        for (int i = 0; i < 100; i++)
        {
            _folder.Write($"p{i}", new byte[512]);
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"RW 1 FLAT \"p{i}\" 0\n");
        }

        _folder.Write("d.vmdk", text.ToString());
        await using var device = await DiskImage.OpenReadOnlyAsync(_folder.Path("d.vmdk"), default);
        _folder.Write("other", new byte[512]);
        File.Move(_folder.Path("other"), _folder.Path("p50"), overwrite: true);
        await DiskErrors.ExpectAsync(DiskErrorKind.Io, () => device.ReadAsync(50 * 512, new byte[512], default).AsTask());
        File.Delete(_folder.Path("p51"));
        File.CreateSymbolicLink(_folder.Path("p51"), "/etc/passwd");
        await DiskErrors.ExpectAsync(
            DiskErrorKind.EscapesFolder, () => device.ReadAsync(51 * 512, new byte[512], default).AsTask());
    }

    [Theory]
    [InlineData("FLAT", "KDMV", "a sparse VMDK")]
    [InlineData("FLAT", "COWD", "a snapshot delta")]
    [InlineData("SPARSE", "COWD", "a snapshot delta")]
    public async Task A_file_that_is_not_what_its_descriptor_says_is_named(string type, string start, string isNamed)
    {
        _folder.Write("data", [.. Encoding.ASCII.GetBytes(start), .. new byte[8188]]);
        _folder.Write("d.vmdk", Head + $"createType=\"twoGbMaxExtentSparse\"\nRW 16 {type} \"data\"\n");
        var refusal = await Assert.ThrowsAsync<DiskException>(() => DiskImage.OpenReadOnlyAsync(_folder.Path("d.vmdk"), default));
        Assert.Equal(DiskErrorKind.Malformed, refusal.Kind);
        Assert.Contains(isNamed, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_file_that_begins_like_a_descriptor_is_refused_and_read_raw_by_who_means_it()
    {
        byte[] content = [.. Encoding.ASCII.GetBytes(Head), .. new byte[2 * TestData.MiB - Head.Length]];
        _folder.Write("guest.raw", content);
        var refusal = await Assert.ThrowsAsync<DiskException>(
            () => DiskImage.OpenReadOnlyAsync(_folder.Path("guest.raw"), default));
        Assert.Equal(DiskErrorKind.TooLarge, refusal.Kind);
        Assert.Contains("limit", refusal.Message, StringComparison.Ordinal);
        await using var device = await DiskImage.OpenRawAsync(_folder.Path("guest.raw"), default);
        Assert.Equal(content, await TestData.ReadAllAsync(device));
    }

    public void Dispose() => _folder.Dispose();
}
