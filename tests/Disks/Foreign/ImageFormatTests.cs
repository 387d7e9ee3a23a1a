using Lorica.Disks.Images;

namespace Lorica.Disks.Tests.Foreign;

/// <summary>What a file is, is decided by its content, and what is not read is refused by name.</summary>
public sealed class ImageFormatTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<string> Names() => new(ForeignSamples.All.Select(s => s.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_file_is_what_its_content_says(string name)
    {
        var (_, format, content) = ForeignSamples.All.Single(s => s.Name == name);

        // The name is somebody else's business.
        _folder.Write("x.vmdk", content);
        var model = await DiskImage.InspectAsync(_folder.Path("x.vmdk"), default);

        Assert.Equal(format, model.Format);
        Assert.Equal(content.Length, model.FileLength);
        Assert.NotEmpty(model.Name);
        Assert.NotEmpty(model.Reason);
        if (format is ImageFormat.Raw or ImageFormat.Iso)
        {
            Assert.Null(model.Problem);
            await using var device = await DiskImage.OpenReadOnlyAsync(_folder.Path("x.vmdk"), default);
            Assert.Equal(content, await TestData.ReadAllAsync(device));
        }
        else if (!ImageWords.IsRead(format))
        {
            var refusal = await Assert.ThrowsAsync<DiskException>(
                () => DiskImage.OpenReadOnlyAsync(_folder.Path("x.vmdk"), default));
            Assert.True(refusal.Kind is DiskErrorKind.NotADisk or DiskErrorKind.Unsupported);
            Assert.Contains(model.Name, refusal.Message, StringComparison.Ordinal);
            Assert.Equal(model.Problem, refusal.Message);
            Assert.NotEmpty(refusal.WayOut!);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Who_means_it_gets_the_bytes_as_they_are(string name)
    {
        var (_, format, content) = ForeignSamples.All.Single(s => s.Name == name);
        _folder.Write("x", content);
        if (format == ImageFormat.Empty)
        {
            await DiskErrors.ExpectAsync(DiskErrorKind.NotADisk, () => DiskImage.OpenRawAsync(_folder.Path("x"), default));
            return;
        }

        await using var device = await DiskImage.OpenRawAsync(_folder.Path("x"), default);
        Assert.Equal((content.Length + 511) / 512 * 512, device.Length);
        byte[] read = await TestData.ReadAllAsync(device);
        Assert.Equal([.. content, .. new byte[device.Length - content.Length]], read);
    }

    [Fact]
    public void Every_format_has_its_words_and_a_sample()
    {
        foreach (var format in Enum.GetValues<ImageFormat>())
        {
            Assert.NotEmpty(ImageWords.Name(format));
            Assert.NotEmpty(ImageWords.Reason(format));
            Assert.Equal(ImageWords.IsRead(format), ImageWords.WayOut(format) is null);
            Assert.Contains(ForeignSamples.All, s => s.Format == format);
        }
    }

    [Theory]
    [InlineData("qcow2", "", ImageFormat.Qcow)]
    [InlineData("vpc", "subformat=dynamic", ImageFormat.VhdDynamic)]
    [InlineData("vpc", "subformat=fixed", ImageFormat.VhdFixed)]
    [InlineData("vhdx", "", ImageFormat.Vhdx)]
    [InlineData("vdi", "", ImageFormat.Vdi)]
    [InlineData("qed", "", ImageFormat.Qed)]
    [InlineData("parallels", "", ImageFormat.Parallels)]
    public async Task What_qemu_writes_in_other_formats_is_named(string format, string options, ImageFormat expected)
    {
        string[] more = options.Length > 0 ? ["-o", options] : [];
        Tool.Output("qemu-img", ["create", "-q", "-f", format, .. more, _folder.Path("image"), "4M"]);
        Assert.Equal(expected, (await DiskImage.InspectAsync(_folder.Path("image"), default)).Format);
    }

    [Fact]
    public async Task A_block_device_is_an_import_source_of_plain_bytes_only()
    {
        _folder.Write("disk", TestData.Noise(TestData.MiB, 9));
        await using (var loop = await LoopDevice.OfAsync(_folder.Path("disk")))
        await using (var device = await DiskImage.OpenReadOnlyAsync(loop.Path, default))
        {
            Assert.Equal(_folder.Bytes("disk"), await TestData.ReadAllAsync(device));
            var ranges = await device.RangesAsync(default).ToListAsync();
            Assert.Equal([new DiskRange(0, TestData.MiB, RangeState.Data)], ranges);
        }

        // A guest that had the device can make it begin like any image.
        _folder.Write("disk", [.. "# Disk DescriptorFile\nversion=1\nRW 1 FLAT \"secret\" 0\n"u8.ToArray(), .. new byte[4096]]);
        Tool.Output("truncate", "-s", "1M", _folder.Path("disk"));
        await using (var loop = await LoopDevice.OfAsync(_folder.Path("disk")))
        {
            var refusal = await Assert.ThrowsAsync<DiskException>(() => DiskImage.OpenReadOnlyAsync(loop.Path, default));
            Assert.Equal(DiskErrorKind.Unsupported, refusal.Kind);
            Assert.Contains("--raw", refusal.WayOut, StringComparison.Ordinal);
            await using var raw = await DiskImage.OpenRawAsync(loop.Path, default);
            Assert.Equal(_folder.Bytes("disk"), await TestData.ReadAllAsync(raw));
        }
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    public async Task A_character_device_is_no_source(string path) =>
        await DiskErrors.ExpectAsync(DiskErrorKind.NotADisk, () => DiskImage.OpenReadOnlyAsync(path, default));

    [Fact]
    public void A_disk_of_another_program_in_the_place_of_one_of_ours_is_named_with_the_way_to_import_it()
    {
        Tool.Output("qemu-img", "create", "-q", "-f", "qcow2", _folder.Path("web.vmdk"), "4M");
        var refusal = Assert.Throws<DiskException>(() => Vmdk.ReadModel(_folder.Folder, "web"));
        Assert.Equal(DiskErrorKind.NotADisk, refusal.Kind);
        Assert.Contains("QCOW", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("qemu-img convert", refusal.WayOut, StringComparison.Ordinal);

        Tool.Output("qemu-img", "create", "-q", "-f", "vmdk", _folder.Path("db.vmdk"), "4M");
        refusal = Assert.Throws<DiskException>(() => Vmdk.ReadModel(_folder.Folder, "db"));
        Assert.Contains("a sparse VMDK", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("lorica vm import", refusal.WayOut, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
