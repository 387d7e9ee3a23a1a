using System.Text;
using Lorica.Disks.Tests.Broken;
using Lorica.Disks.Tests.Foreign;

namespace Lorica.Disks.Tests.Fuzz;

/// <summary>The fuzz targets over the catalogue and over random changes of good input; a seed names what failed.</summary>
public sealed class FuzzTests
{
    private static readonly byte[][] Interesting =
        [[0], [0xff], [0x7f], [0x80], [1], "\n"u8.ToArray(), "\""u8.ToArray(), "="u8.ToArray(), " "u8.ToArray()];

    [Fact]
    public async Task Changed_descriptors_are_refused_or_keep_the_rules()
    {
        using var folder = new TestFolder();
        using var keks = new TestKeks();
        await Vmdk.CreateAsync(folder.Folder, "d", TestData.MiB, Provisioning.Thin, keks.Keys(), default);
        byte[] good = folder.Bytes("d.vmdk");
        FuzzTargets.DescriptorText(good);
        for (int seed = 0; seed < 3000; seed++)
            FuzzTargets.DescriptorText(Change(good, seed));
    }

    [Fact]
    public void Random_lines_never_break_the_parser()
    {
        string[] parts = ["RW", " ", "2048", "VMFS", "\"d-flat.vmdk\"", "\n", "createType=\"vmfs\"", "=", "\"", "ddb.seal",
            "# Disk DescriptorFile\n", "version=1\n", "é", "\0", "parentCID=ffffffff\n", "CID=1\n", "-1", "99999999999999999999"];
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => parts[random.Next(parts.Length)]));
            FuzzTargets.DescriptorText(Encoding.UTF8.GetBytes("# Disk DescriptorFile\n" + text));
            FuzzTargets.ForeignDescriptorText(Encoding.UTF8.GetBytes("# Disk DescriptorFile\n" + text));
            FuzzTargets.ForeignDescriptorText(Encoding.Latin1.GetBytes("encoding=GBK\n" + text));
        }
    }

    [Fact]
    public void Changed_headers_are_refused_or_stay_in_bounds()
    {
        byte[] good = new SparseBuilder().Build().AsSpan(0, 512).ToArray();
        FuzzTargets.SparseHeaderSector(good);
        for (int length = 0; length < 512; length++)
            FuzzTargets.SparseHeaderSector(good.AsSpan(0, length));
        for (int seed = 0; seed < 20000; seed++)
            FuzzTargets.SparseHeaderSector(Change(good, seed, fixedLength: true));
    }

    [Fact]
    public void Changed_images_are_refused_or_read()
    {
        using var folder = new TestFolder();
        foreach (var builder in new[] { new SparseBuilder(), SparseBuilder.Compressed() })
        {
            byte[] good = builder.Build();
            for (int seed = 0; seed < 250; seed++)
            {
                // The interesting part is in front: header, descriptor, tables, start of the grain.
                byte[] changed = good.ToArray();
                var random = new Random(seed);
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    int[] places = [random.Next(80), 512 + random.Next(300), 21 * 512 + random.Next(8),
                        22 * 512 + random.Next(16), 128 * 512 + random.Next(40)];
                    changed[places[random.Next(places.Length)]] = (byte)random.Next(256);
                }

                folder.Write("x.vmdk", changed);
                FuzzTargets.Image(folder.Path("x.vmdk"));
            }
        }
    }

    [Fact]
    public void Every_kind_of_foreign_file_and_its_changes_are_decided_once()
    {
        using var folder = new TestFolder();
        foreach (var (_, _, content) in ForeignSamples.All)
        {
            FuzzTargets.ForeignFile(folder, content);
            for (int seed = 0; seed < 12; seed++)
                FuzzTargets.ForeignFile(folder, Change([.. content, 0], seed));
        }
    }

    [Fact]
    public void Pages_of_side_files_stay_in_bounds()
    {
        for (int seed = 0; seed < 2000; seed++)
            FuzzTargets.SidePage(TestData.Noise(4096, seed));
    }

    private static byte[] Change(byte[] good, int seed, bool fixedLength = false)
    {
        var random = new Random(seed);
        var bytes = good.ToList();
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (fixedLength ? 0 : random.Next(4))
            {
                case 0:
                    bytes[at] = random.Next(2) == 0
                        ? (byte)random.Next(256)
                        : Interesting[random.Next(Interesting.Length)][0];
                    break;
                case 1:
                    bytes.InsertRange(at, Interesting[random.Next(Interesting.Length)]);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 80), bytes.Count - at)));
                    break;
            }

            if (bytes.Count == 0)
                bytes.Add(0);
        }

        return [.. bytes];
    }
}
