using System.Security.Cryptography;

namespace Lorica.Disks.Tests.Foreign;

public sealed class ReportedImagesTests(ReportedImages images) : IClassFixture<ReportedImages>
{
    public static TheoryData<string> Ids() => new(ReportedImages.All.Keys);

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task An_image_of_a_report_is_read_with_its_content_or_refused_with_a_way_out(string id)
    {
        var image = ReportedImages.All[id];
        var model = await DiskImage.InspectAsync(images.File(image), default);
        if (await TryReadAsync(images.File(image)) is not { } content)
        {
            Assert.NotEqual("data", image.Expect);
            Assert.NotNull(model.Problem);
            Assert.NotNull(model.WayOut);
            return;
        }

        Assert.NotEqual("refuse", image.Expect);
        Assert.Null(model.Problem);
        Assert.Equal(content.Length, model.Capacity);
        if (image.Sha256 is not null)
            Assert.Equal((image.Size, image.Sha256), (content.Length, Convert.ToHexStringLower(SHA256.HashData(content))));
    }

    [Fact]
    public void All_of_them_are_there() => Assert.Equal(36, ReportedImages.All.Count);

    private static async Task<byte[]?> TryReadAsync(string path)
    {
        try
        {
            await using var device = await DiskImage.OpenReadOnlyAsync(path, default);
            return await TestData.ReadAllAsync(device);
        }
        catch (DiskException)
        {
            return null;
        }
    }
}
