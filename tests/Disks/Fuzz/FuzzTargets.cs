using Lorica.Disks.Descriptors;
using Lorica.Disks.Jobs;
using Lorica.Disks.Sparse;

namespace Lorica.Disks.Tests.Fuzz;

/// <summary>
/// Entry points for fuzzers: whatever the bytes, only <see cref="DiskException"/> may escape, and what parses holds its rules.
/// </summary>
public static class FuzzTargets
{
    /// <summary>
    /// A descriptor: what parses is written back byte for byte, and under our own rules names only its own data file.
    /// </summary>
    public static void DescriptorText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var descriptor = Descriptor.Parse(bytes, "fuzz");
            Assert.True(descriptor.ToBytes().AsSpan().SequenceEqual(bytes.TrimEnd((byte)0)));
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
        Assert.InRange(header.DescriptorSectors, 0, 128);
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

    /// <summary>A page of a side file whose MAC somebody could forge.</summary>
    public static void SidePage(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= SideFormat.PageBytes && SideHeader.Read(bytes).Header is { } header)
            Assert.True(SideFormat.IsWindow(header.WindowBytes));
    }

    private static async Task ReadAsync(string path)
    {
        await using var device = await DiskImage.OpenReadOnlyAsync(path, default);
        var buffer = new byte[64 * 1024];
        long read = 0;
        await foreach (var range in ((IAllocationMap)device).AllocatedRangesAsync(default))
        {
            for (long at = range.Offset; range.Allocated && at < range.End && read < 8 * TestData.MiB; at += buffer.Length)
            {
                await device.ReadAsync(at, buffer.AsMemory(0, (int)Math.Min(buffer.Length, range.End - at)), default);
                read += buffer.Length;
            }
        }
    }
}
