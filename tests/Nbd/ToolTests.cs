using System.Security.Cryptography;
using Lorica.Disks;
using Lorica.Nbd.Tests.Serving;

namespace Lorica.Nbd.Tests;

/// <summary>The programs that other people judge NBD servers with.</summary>
public sealed class ToolTests
{
    [Fact]
    public async Task Nbdinfo_shows_size_and_capabilities()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(8 << 20));
        string info = await Tool.OutputAsync("nbdinfo", "--json", served.Uri);
        foreach (string part in new[]
                 {
                     "\"protocol\": \"newstyle-fixed\"", "\"export-size\": 8388608", "\"structured\": true",
                     "\"can_multi_conn\": true",
                     "\"can_trim\": true", "\"can_zero\": true", "\"can_fua\": true", "\"can_flush\": true",
                     "\"can_cache\": true",
                     "\"can_df\": true", "\"is_read_only\": false", "\"is_rotational\": false", "base:allocation",
                     "\"block_size_minimum\": 512", "\"block_size_preferred\": 4096", "\"block_size_maximum\": 33554432",
                 })
        {
            Assert.Contains(part, info, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nbdinfo_lists_every_export()
    {
        await using var served = ServedDevice.Start(
            null, new NbdExport("virtio0:0", new MemoryDevice(1 << 20)),
            new NbdExport("zweite Platte ü", new MemoryDevice(2 << 20), true));
        string info = await Tool.OutputAsync("nbdinfo", "--list", "--json", served.Uri);
        Assert.Contains("virtio0:0", info, StringComparison.Ordinal);
        Assert.Contains("zweite Platte ü", info, StringComparison.Ordinal);
        Assert.Contains("\"is_read_only\": true", info, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nbdinfo_maps_data_and_holes()
    {
        byte[] data = new byte[4 << 20];
        data.AsSpan(1 << 20, 1 << 20).Fill(1);
        await using var served = ServedDevice.Start(new MemoryDevice(data));
        string map = await Tool.OutputAsync("nbdinfo", "--map", "--json", served.Uri);
        string[] rows = map.Split('{')[1..].Select(r => string.Join(',', r.Split('\n', StringSplitOptions.TrimEntries).Take(4)))
            .ToArray();
        Assert.Equal(3, rows.Length);
        Assert.Contains("\"offset\": 1048576, \"length\": 1048576, \"type\": 0", map.ReplaceLineEndings(""),
            StringComparison.Ordinal);
        Assert.Contains("\"offset\": 2097152, \"length\": 2097152, \"type\": 3", map.ReplaceLineEndings(""),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nbdcopy_moves_a_disk_there_and_back_unchanged()
    {
        using var folder = new TestFolder();
        byte[] bytes = RandomNumberGenerator.GetBytes(24 << 20);
        bytes.AsSpan(5 << 20, 3 << 20).Clear();
        await File.WriteAllBytesAsync(folder.Path("in"), bytes);
        byte[] disk = new byte[bytes.Length];
        disk.AsSpan().Fill(0xee);
        await using var served = ServedDevice.Start(new MemoryDevice(disk));
        await Tool.OutputAsync("nbdcopy", "--flush", folder.Path("in"), served.Uri);
        Assert.True(disk.AsSpan().SequenceEqual(bytes));
        await Tool.OutputAsync("nbdcopy", served.Uri, folder.Path("out"));
        Assert.True((await File.ReadAllBytesAsync(folder.Path("out"))).AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public async Task Qemu_io_reads_writes_zeroes_trims_and_flushes()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(64 << 20));
        string output = await Tool.OutputAsync(
            "qemu-io", "-f", "raw", served.Uri,
            "-c", "write -P 0xab 0 1M", "-c", "write -f -P 0xcd 1M 64k", "-c", "flush", "-c", "read -P 0xab 0 1M",
            "-c", "read -P 0xcd 1M 64k", "-c", "write -z -u 512k 64k", "-c", "read -P 0 512k 64k", "-c", "write -z 0 4k",
            "-c", "read -P 0 0 4k", "-c", "discard 1M 64k", "-c", "read -P 0 1M 64k", "-c", "write -P 0x11 32M 32M",
            "-c", "read -P 0x11 32M 32M", "-c", "aio_write -P 1 2M 512k", "-c", "aio_write -P 2 4M 4k", "-c", "aio_flush",
            "-c", "read -P 1 2M 512k", "-c", "read -P 2 4M 4k");
        Assert.DoesNotContain("verification failed", output, StringComparison.Ordinal);
        Assert.DoesNotContain("rror", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Qemu_img_compares_equal_and_unequal()
    {
        using var folder = new TestFolder();
        byte[] bytes = RandomNumberGenerator.GetBytes(4 << 20);
        await File.WriteAllBytesAsync(folder.Path("same"), bytes);
        await using var served = ServedDevice.Start(new MemoryDevice([.. bytes]));
        await Tool.OutputAsync("qemu-img", "compare", "-f", "raw", "-F", "raw", folder.Path("same"), served.Uri);
        bytes[3 << 20] ^= 1;
        await File.WriteAllBytesAsync(folder.Path("other"), bytes);
        Assert.Equal(1, (await Tool.RunAsync(
            "qemu-img", ["compare", "-f", "raw", "-F", "raw", folder.Path("other"), served.Uri])).ExitCode);
    }

    [Theory]
    [InlineData("4k", 32)]
    [InlineData("1m", 8)]
    public async Task Fio_verifies_what_it_wrote(string blockSize, int depth)
    {
        using var folder = new TestFolder();
        await using var served = ServedDevice.Start(new MemoryDevice(32 << 20));
        string output = await Tool.OutputAsync(
            "fio", "--name=x", "--ioengine=nbd", $"--uri={served.Uri}", "--rw=randwrite", $"--bs={blockSize}",
            $"--iodepth={depth}",
            "--size=32M", "--verify=crc32c", "--do_verify=1", "--verify_state_save=0", $"--aux-path={folder.Root}");
        Assert.Contains("err= 0", output, StringComparison.Ordinal);
        Assert.True(served.Exports[0].Statistics.WrittenBytes >= 32 << 20);
        Assert.True(served.Exports[0].Statistics.ReadBytes >= 32 << 20);
    }

    [Fact]
    public async Task A_file_on_disk_is_served_with_its_holes()
    {
        using var folder = new TestFolder();
        await using (var file = new FileStream(folder.Path("disk"), FileMode.CreateNew))
            file.SetLength(64 << 20);
        await using var device = FileDevice.FromHandle(
            File.OpenHandle(folder.Path("disk"), FileMode.Open, FileAccess.ReadWrite), 64 << 20);
        await using var served = ServedDevice.Start(device);
        await Tool.OutputAsync(
            "qemu-io", "-f", "raw", served.Uri, "-c", "write -P 7 16M 1M", "-c", "flush", "-c", "read -P 7 16M 1M");
        string map = await Tool.OutputAsync("qemu-img", "map", "--output=json", "-f", "raw", served.Uri);
        Assert.Contains(
            "\"start\": 16777216, \"length\": 1048576, \"depth\": 0, \"present\": true, \"zero\": false, \"data\": true", map,
            StringComparison.Ordinal);
    }
}
