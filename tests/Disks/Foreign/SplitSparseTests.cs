using System.Globalization;
using System.Text;
using Lorica.Disks.Images;
using Lorica.Disks.Tests.Broken;

namespace Lorica.Disks.Tests.Foreign;

/// <summary>Descriptors of many sparse files by somebody who wants the reader's memory.</summary>
public sealed class SplitSparseTests : IDisposable
{
    private const int TableSectors = 8;
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_file_that_is_named_again_and_again_is_read_once()
    {
        const int Tables = 100 * 1024;
        Make("p", Tables);
        var (refusal, allocated) = Open(Enumerable.Repeat("p", 40), Tables);
        Assert.Equal(DiskErrorKind.Malformed, refusal!.Kind);
        Assert.Contains("overlap", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, 4 * TestData.MiB);
    }

    [Fact]
    public void The_grain_tables_of_all_files_together_are_bounded_before_they_are_read()
    {
        const int Tables = 1024 * 1024;
        var names = Enumerable.Range(0, 40).Select(i => $"p{i}").ToList();
        names.ForEach(n => Make(n, Tables));
        var (refusal, allocated) = Open(names, Tables);
        Assert.Equal(DiskErrorKind.TooLarge, refusal!.Kind);
        Assert.InRange(allocated, 0, 24 * TestData.MiB);

        // As many as that are read.
        Assert.Null(Open(names.Take(4), Tables).Refusal);
    }

    /// <summary>A file of holes that says it has so many grain tables of one small grain each.</summary>
    private void Make(string name, int tables)
    {
        var image = new SparseBuilder
        {
            Capacity = (ulong)tables * TableSectors, GrainSize = TableSectors, EntriesPerTable = 1, DirectoryEntries = [],
            FileSectors = 64,
        };
        image.Grains.Clear();
        using var file = new FileStream(_folder.Path(name), FileMode.CreateNew);
        file.Write(image.Build());
        file.SetLength(64 * 512 + tables * sizeof(uint));
    }

    private (DiskException? Refusal, long Allocated) Open(IEnumerable<string> names, int tables)
    {
        var text = new StringBuilder("# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\n")
            .Append("createType=\"twoGbMaxExtentSparse\"\n");
        foreach (string name in names)
            text.Append(CultureInfo.InvariantCulture, $"RW {(long)tables * TableSectors} SPARSE \"{name}\"\n");
        _folder.Write("d.vmdk", text.ToString());
        long before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Record.Exception(() => ImageOpener.Open(_folder.Path("d.vmdk"), raw: false).DisposeAsync().AsTask().Wait());
        return ((DiskException?)refusal, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
