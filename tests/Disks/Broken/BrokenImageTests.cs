namespace Lorica.Disks.Tests.Broken;

public sealed class BrokenImageTests
{
    public static TheoryData<string> Names() => new(Catalogue.All.Select(i => i.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task EachBrokenImageIsRefusedForItsOwnReason(string name)
    {
        var image = Catalogue.All.Single(i => i.Name == name);
        using var folder = new TestFolder();
        image.Build(folder);
        DiskErrorKind? verdict = null;
        try
        {
            await using var device = await DiskImage.OpenReadOnlyAsync(folder.File("x.vmdk"), default);
            await TestData.ReadAllAsync(device);
        }
        catch (DiskException e)
        {
            verdict = e.Kind;
            Assert.DoesNotContain("Exception", e.Message);
        }

        Assert.Equal(image.Verdict, verdict);
    }
}
