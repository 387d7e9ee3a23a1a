using Lorica.Disks.Tests.Broken;
using Lorica.Disks.Tests.Foreign;

namespace Lorica.Disks.Tests.Fuzz;

public sealed class ImageFuzzing(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task Descriptors()
    {
        using var folder = new TestFolder();
        using var keks = new TestKeks();
        await Vmdk.CreateAsync(folder.Folder, "d", TestData.MiB, Provisioning.Thin, keks.Keys(), default);
        await Vmdk.CreateAsync(folder.Folder, "p", TestData.MiB, Provisioning.Thin, null, default);
        Run([folder.Bytes("d.vmdk"), folder.Bytes("p.vmdk")], bytes => FuzzTargets.DescriptorText(bytes));
    }

    [Fact(Explicit = true)]
    public void Sparse_headers() => Run(
        [new SparseBuilder().Build()[..512], SparseBuilder.Compressed().Build()[..512]], bytes =>
            FuzzTargets.SparseHeaderSector(bytes));

    [Fact(Explicit = true)]
    public void Pages_of_side_files() => Run([new byte[4096], TestData.Noise(4096, 1)], bytes => FuzzTargets.SidePage(bytes));

    [Fact(Explicit = true)]
    public void Whole_images()
    {
        using var folder = new TestFolder();
        Run([new SparseBuilder().Build(), SparseBuilder.Compressed().Build()], bytes =>
        {
            folder.Write("x.vmdk", bytes);
            FuzzTargets.Image(folder.Path("x.vmdk"));
        });
    }

    [Fact(Explicit = true)]
    public void Foreign_files()
    {
        using var folder = new TestFolder();
        long tried = TimedFuzz.Run(ForeignSamples.All.Select(s => s.Content), bytes => FuzzTargets.ForeignFile(folder, bytes));
        output.WriteLine($"{tried} inputs");
    }

    [Fact(Explicit = true)]
    public void Foreign_descriptors() => Run(
        [.. ForeignSamples.All.Where(s => s.Format == ImageFormat.VmdkDescriptor).Select(s => s.Content)],
        bytes => FuzzTargets.ForeignDescriptorText(bytes));

    private void Run(byte[][] corpus, Action<byte[]> target) => output.WriteLine($"{TimedFuzz.Run(corpus, input =>
    {
        target(input);
        return true;
    })} inputs");
}
