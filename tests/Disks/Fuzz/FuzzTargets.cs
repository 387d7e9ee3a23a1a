using Lorica.Disks.Descriptors;
using Lorica.Disks.Images;
using Lorica.Disks.Jobs;
using Lorica.Disks.Sparse;

namespace Lorica.Disks.Tests.Fuzz;

/// <summary>
/// Entry points for fuzzers: whatever the bytes, only <see cref="DiskException"/> may escape, and what parses holds its rules.
/// </summary>
public static class FuzzTargets
{
    /// <summary>
    /// A descriptor: what parses is written back byte for byte, without its padding, and under our own rules names only its own
    /// data file.
    /// </summary>
    public static void DescriptorText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var descriptor = Descriptor.Parse(bytes, "fuzz");
            Assert.True(descriptor.ToBytes().AsSpan().SequenceEqual(DescriptorPadding.Trim(bytes)));
            var model = OwnDescriptor.ToModel(descriptor, "d", "fuzz");
            Assert.Equal("d-flat.vmdk", model.ExtentFile);
            Assert.InRange(model.Capacity, 512, Vmdk.MaxCapacity);
        }
        catch (DiskException)
        {
            // Refused.
        }
    }

    /// <summary>A sparse header: what is accepted cannot overflow anything that is computed from it.</summary>
    public static void SparseHeaderSector(ReadOnlySpan<byte> bytes)
    {
        var header = SparseHeader.Parse(bytes, out string why);
        Assert.Equal(header is null, why.Length > 0);
        if (header is null)
            return;
        Assert.InRange(header.Capacity, 1, Vmdk.MaxCapacity / 512);
        Assert.InRange(header.GrainBytes, 4096, 1024 * 1024);
        Assert.InRange(header.DirectoryEntries, 1, header.Capacity);
        Assert.InRange(header.DescriptorSectors, 0, 2048);
    }

    /// <summary>A whole image, opened and read as far as it claims to have data.</summary>
    public static void Image(string path)
    {
        try
        {
            ReadAsync(path).GetAwaiter().GetResult();
        }
        catch (DiskException)
        {
            // Refused.
        }
    }

    /// <summary>
    /// The first and last 64 KiB of a foreign file (a short input is all of it): the decision is the same whether made from bytes
    /// or from the file, and only what was decided to be readable opens.
    /// </summary>
    public static bool ForeignFile(TestFolder folder, byte[] bytes)
    {
        const int End = ImageClassifier.Examined;
        var (head, tail) = bytes.Length <= End ? (bytes, bytes) : (bytes[..End], bytes[^Math.Min(End, bytes.Length - End)..]);
        long length = bytes.Length <= End ? bytes.Length : End + 2 * End + tail.Length;
        using (var file = new FileStream(folder.Path("x.vmdk"), FileMode.Create))
        {
            file.Write(head);
            file.SetLength(length);
            file.Position = length - tail.Length;
            file.Write(tail);
        }

        var model = DiskImage.InspectAsync(folder.Path("x.vmdk"), default).GetAwaiter().GetResult();
        using (var file = File.OpenRead(folder.Path("x.vmdk")))
        {
            byte[] last = new byte[Math.Min(End, length)];
            file.Position = length - last.Length;
            file.ReadExactly(last);
            Assert.Equal(model.Format, ImageClassifier.Decide(head, last, length));
        }

        Assert.Equal(model.Problem is null, model.Capacity is not null);
        if (model.Problem is null)
            Assert.True(ImageWords.IsRead(model.Format));
        if (model.Format is ImageFormat.Raw or ImageFormat.Iso)
            Assert.True(model.Problem is null && model.Capacity == length && length % 512 == 0);
        Image(folder.Path("x.vmdk"));
        return model.Problem is null;
    }

    /// <summary>A descriptor of somebody else: what parses has extents within the limits and no path.</summary>
    public static void ForeignDescriptorText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var descriptor = ForeignDescriptor.Parse(bytes, "fuzz");
            foreach (var extent in descriptor.Extents)
            {
                Assert.InRange(extent.Sectors, 1, Vmdk.MaxCapacity / 512);
                Assert.InRange(extent.OffsetSectors, 0, Vmdk.MaxCapacity / 512);
                descriptor.NameOf(extent);
            }
        }
        catch (DiskException)
        {
            // Refused.
        }
    }

    /// <summary>A page of a side file whose MAC somebody could forge.</summary>
    public static void SidePage(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= SideFormat.PageBytes && SideHeader.Read(bytes).Header is { } header)
            Assert.True(SideFormat.IsWindow(header.WindowBytes));
    }

    private static async Task ReadAsync(string path)
    {
        await using var device = await DiskImage.OpenReadOnlyAsync(path, default);
        byte[] buffer = new byte[64 * 1024];
        long read = 0;
        await foreach (var range in device.RangesAsync(default))
        {
            for (long at = range.Offset; range.HoldsData && at < range.End && read < 8 * TestData.MiB; at += buffer.Length)
            {
                await device.ReadAsync(at, buffer.AsMemory(0, (int)Math.Min(buffer.Length, range.End - at)), default);
                read += buffer.Length;
            }
        }
    }
}
