namespace Lorica.Disks.Tests.Broken;

public sealed class BrokenImageTests
{
    public static TheoryData<string> Names() => new(Catalogue.All.Select(i => i.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_broken_image_is_refused_for_its_own_reason(string name)
    {
        var image = Catalogue.All.Single(i => i.Name == name);
        using var folder = new TestFolder();
        image.Build(folder);
        DiskErrorKind? verdict = null;
        try
        {
            await using var device = await DiskImage.OpenReadOnlyAsync(folder.Path("x.vmdk"), default);
            await TestData.ReadAllAsync(device);
        }
        catch (DiskException e)
        {
            verdict = e.Kind;
            Assert.DoesNotContain("Exception", e.Message);
        }

        Assert.Equal(image.Verdict, verdict);
    }

    [Fact]
    public async Task Refused_images_leave_no_file_open()
    {
        const int Times = 60;
        foreach (var image in Catalogue.All.Where(i => i.Verdict is not null))
        {
            using var folder = new TestFolder();
            image.Build(folder);
            for (int i = 0; i < Times; i++)
                await Assert.ThrowsAsync<DiskException>(() => OpenAndReadAsync(folder.Path("x.vmdk")));
            int open = new DirectoryInfo("/proc/self/fd").GetFileSystemInfos()
                .Count(f => f.LinkTarget?.StartsWith(folder.Root + "/", StringComparison.Ordinal) == true);
            Assert.True(open == 0, $"{image.Name}: {open} files of {Times} are still open");
        }
    }

    private static async Task OpenAndReadAsync(string path)
    {
        await using var device = await DiskImage.OpenReadOnlyAsync(path, default);
        await TestData.ReadAllAsync(device);
    }
}
