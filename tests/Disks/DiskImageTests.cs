namespace Lorica.Disks.Tests;

/// <summary>Images that qemu-img writes, read back byte for byte.</summary>
public sealed class DiskImageTests : IDisposable
{
    private const long Capacity = 10 * TestData.MiB;
    private readonly TestFolder _folder = new();
    private readonly byte[] _content;

    public DiskImageTests()
    {
        _folder.Write("raw", []);
        using (var file = new FileStream(_folder.Path("raw"), FileMode.Open))
            file.SetLength(Capacity);
        _content = TestData.FillDisk(_folder.Path("raw"), Capacity);
    }

    [Theory]
    [InlineData("monolithicFlat")]
    [InlineData("monolithicSparse")]
    [InlineData("twoGbMaxExtentFlat")]
    [InlineData("twoGbMaxExtentSparse")]
    [InlineData("streamOptimized")]
    public async Task Every_vmdk_that_qemu_writes_reads_the_same(string subformat)
    {
        Convert(subformat, "image.vmdk");
        await using var image = await DiskImage.OpenReadOnlyAsync(_folder.Path("image.vmdk"), default);
        Assert.Equal(_content, await TestData.ReadAllAsync(image));
        await CheckMapAsync(image);
        Assert.False(image is IBlockDevice, "An image can be written to.");
    }

    [Fact]
    public async Task A_raw_image_reads_the_same_and_shows_its_holes()
    {
        await using var image = await DiskImage.OpenReadOnlyAsync(_folder.Path("raw"), default);
        Assert.Equal(_content, await TestData.ReadAllAsync(image));
        await CheckMapAsync(image);
    }

    [Fact]
    public async Task A_delta_is_refused()
    {
        Convert("monolithicSparse", "base.vmdk");
        Tool.Output("qemu-img", "create", "-q", "-f", "vmdk", "-b", _folder.Path("base.vmdk"), "-F", "vmdk",
            _folder.Path("delta.vmdk"));
        await DiskErrors.ExpectAsync(
            DiskErrorKind.HasParent, () => DiskImage.OpenReadOnlyAsync(_folder.Path("delta.vmdk"), default));
    }

    [Fact]
    public async Task Many_reads_at_once_all_see_the_content()
    {
        Convert("streamOptimized", "image.vmdk");
        await using var image = await DiskImage.OpenReadOnlyAsync(_folder.Path("image.vmdk"), default);
        await Parallel.ForAsync(0, 40, async (i, ct) =>
        {
            byte[] part = new byte[96 * 1024];
            int at = (int)(i * 7L * 65536 % (Capacity - part.Length));
            await image.ReadAsync(at, part, ct);
            Assert.True(part.AsSpan().SequenceEqual(_content.AsSpan(at, part.Length)));
        });
    }

    public void Dispose() => _folder.Dispose();

    private void Convert(string subformat, string name) => Tool.Output(
        "qemu-img", "convert", "-q", "-f", "raw", "-O", "vmdk", "-o", "subformat=" + subformat, _folder.Path("raw"),
        _folder.Path(name));

    private async Task CheckMapAsync(IBlockReader image)
    {
        long at = 0, holes = 0;
        await foreach (var range in image.RangesAsync(default))
        {
            Assert.Equal(at, range.Offset);
            Assert.True(range.Length > 0 && range.Length % 512 == 0);
            if (!range.HoldsData)
            {
                holes += range.Length;
                Assert.False(_content.AsSpan((int)range.Offset, (int)range.Length).ContainsAnyExcept((byte)0));
            }

            at = range.End;
        }

        Assert.Equal(image.Length, at);
        Assert.True(holes > 4 * TestData.MiB, $"only {holes} bytes shown as holes");
    }
}
