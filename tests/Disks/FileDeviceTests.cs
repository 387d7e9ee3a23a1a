using Lorica.Crypto;

namespace Lorica.Disks.Tests;

public sealed class FileDeviceTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task Trim_gives_space_back_and_reads_as_zeros()
    {
        await using var device = Make(4 * TestData.MiB);
        await device.WriteAsync(0, TestData.Noise(2 * TestData.MiB, 1), true, default);
        long before = TestData.AllocatedBytes(_folder.Path("f"));
        await device.TrimAsync(512, TestData.MiB, default);
        await device.FlushAsync(default);
        Assert.True(TestData.AllocatedBytes(_folder.Path("f")) <= before - TestData.MiB + 8192);
        byte[] expected = TestData.Noise(2 * TestData.MiB, 1);
        expected.AsSpan(512, TestData.MiB).Clear();
        Assert.Equal(expected, (await TestData.ReadAllAsync(device))[..expected.Length]);
    }

    [Fact]
    public async Task A_thick_disk_keeps_its_space_when_it_is_trimmed_or_zeroed()
    {
        await using var device = Make(TestData.MiB, keepAllocation: true);
        await device.WriteAsync(0, TestData.Noise(TestData.MiB, 1), true, default);
        long before = TestData.AllocatedBytes(_folder.Path("f"));
        await device.TrimAsync(0, TestData.MiB, default);
        await device.WriteZeroesAsync(0, TestData.MiB / 2, true, default);
        Assert.Equal(before, TestData.AllocatedBytes(_folder.Path("f")));
        Assert.Equal(new byte[512], (await TestData.ReadAllAsync(device))[..512]);
    }

    [Theory]
    [InlineData(-512, 512)]
    [InlineData(0, 100)]
    [InlineData(100, 512)]
    [InlineData(TestData.MiB, 512)]
    [InlineData(TestData.MiB - 512, 1024)]
    [InlineData(long.MaxValue - 511, 512)]
    public async Task Ranges_outside_or_unaligned_are_refused_by_every_call(long offset, int length)
    {
        await using var file = Make(TestData.MiB);
        await using var memory = new MemoryDevice(TestData.MiB);
        await using var encrypted = new EncryptedDevice(new MemoryDevice(TestData.MiB), new XtsAes256(Key()), ZeroRule.Hole);
        foreach (var device in new IBlockDevice[] { file, memory, encrypted, new NullDevice(TestData.MiB) })
        {
            await DiskErrors.ExpectAsync(
                DiskErrorKind.InvalidArgument, async () => await device.ReadAsync(offset, new byte[length], default));
            await DiskErrors.ExpectAsync(
                DiskErrorKind.InvalidArgument, async () => await device.WriteAsync(offset, new byte[length], false, default));
            if (device is ISparse sparse)
            {
                await DiskErrors.ExpectAsync(
                    DiskErrorKind.InvalidArgument, async () => await sparse.TrimAsync(offset, length, default));
                await DiskErrors.ExpectAsync(
                    DiskErrorKind.InvalidArgument, async () => await sparse.WriteZeroesAsync(offset, length, false, default));
            }
        }
    }

    [Fact]
    public async Task A_refused_write_leaves_the_callers_buffer_as_it_was()
    {
        await using var device = new EncryptedDevice(new MemoryDevice(TestData.MiB), new XtsAes256(Key()), ZeroRule.Hole);
        byte[] buffer = TestData.Noise(1024, 1);
        await DiskErrors.ExpectAsync(
            DiskErrorKind.InvalidArgument, async () => await device.WriteAsync(TestData.MiB - 512, buffer, false, default));
        Assert.Equal(TestData.Noise(1024, 1), buffer);
    }

    [Fact]
    public async Task A_file_that_shrank_behind_our_back_is_an_error_not_zeros()
    {
        await using var device = Make(TestData.MiB);
        using (var file = new FileStream(_folder.Path("f"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(1024);
        await DiskErrors.ExpectAsync(DiskErrorKind.Io, async () => await device.ReadAsync(0, new byte[4096], default));
    }

    [Fact]
    public async Task A_failed_sync_is_never_repeated_and_ends_all_writing()
    {
        // A pipe is a file whose fdatasync fails (EINVAL); opened for writing so that the call is the only thing that is wrong.
        var device = FileDeviceOverPipe(out var close);
        try
        {
            var first = await Assert.ThrowsAsync<DiskException>(async () => await device.FlushAsync(default));
            var second = await Assert.ThrowsAsync<DiskException>(async () => await device.FlushAsync(default));
            Assert.Same(first, second.InnerException);
            Assert.True(device.HasFailed);
            Assert.Same(
                first, (await Assert.ThrowsAsync<DiskException>(
                    async () => await device.WriteAsync(0, new byte[512], false, default))).InnerException);
            Assert.Same(
                first, (await Assert.ThrowsAsync<DiskException>(
                    async () => await device.WriteZeroesAsync(0, 512, true, default))).InnerException);
        }
        finally
        {
            close();
        }
    }

    [Fact]
    public async Task Reads_that_the_page_cache_cannot_answer_give_the_same_bytes()
    {
        await using var device = Make(4 * TestData.MiB);
        byte[] content = TestData.Noise(4 * TestData.MiB, 5);
        await device.WriteAsync(0, content.ToArray(), true, default);

        // Drops the file from the page cache, then brings back every second half megabyte: requests meet both, and borders.
        Tool.Output("dd", "if=" + _folder.Path("f"), "iflag=nocache", "count=0", "status=none");
        for (int at = 0; at < content.Length; at += TestData.MiB)
            Tool.Output(
                "dd", "if=" + _folder.Path("f"), "of=/dev/null", "bs=64K", "skip=" + at / 65536, "count=8", "status=none");
        await Parallel.ForAsync(0, 64, async (i, ct) =>
        {
            byte[] part = new byte[200 * 1024];
            int at = (int)(i * 61L * 512 * 13 % (content.Length - part.Length)) / 512 * 512;
            await device.ReadAsync(at, part, ct);
            Assert.True(part.AsSpan().SequenceEqual(content.AsSpan(at, part.Length)));
        });
    }

    [Fact]
    public async Task Many_writes_at_once_of_every_size_all_arrive()
    {
        await using var device = Make(16 * TestData.MiB);
        await Parallel.ForAsync(0, 64, async (i, ct) =>
        {
            byte[] part = TestData.Noise(i % 2 == 0 ? 256 * 1024 : 4096, i);
            await device.WriteAsync(i * 256L * 1024, part, durable: i % 3 == 0, ct);
        });
        await device.FlushAsync(default);
        byte[] all = _folder.Bytes("f");
        for (int i = 0; i < 64; i++)
        {
            byte[] part = TestData.Noise(i % 2 == 0 ? 256 * 1024 : 4096, i);
            Assert.True(all.AsSpan(i * 256 * 1024, part.Length).SequenceEqual(part));
        }
    }

    [Fact]
    public async Task Full_filesystems_are_named()
    {
        // /dev/full takes no byte.
        using var handle = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        var e = Assert.Throws<DiskException>(() => Lorica.Disks.Native.LinuxFile.Write(handle, 0, new byte[512], "x"));
        Assert.Equal(DiskErrorKind.NoSpace, e.Kind);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Requests_allocate_nothing_once_warm()
    {
        await using var file = Make(TestData.MiB);
        using var key = Key();
        await using var device = new EncryptedDevice(
            FileDevice.FromHandle(
                File.OpenHandle(_folder.Path("f"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite), TestData.MiB),
            new XtsAes256(key),
            ZeroRule.Hole);
        byte[] buffer = new byte[4096];
        for (int i = 0; i < 200; i++)
            await RoundAsync(device, buffer);

        // This project's code is compiled once, optimised (see its project file). An object per request is in every round.
        Assert.Equal(0, AllocationMeter.LeastOf(5, () =>
        {
            for (int i = 0; i < 1000; i++)
            {
                var write = device.WriteAsync(8192, buffer, false, default);
                Assert.True(write.IsCompletedSuccessfully);
                var read = device.ReadAsync(8192, buffer, default);
                Assert.True(read.IsCompletedSuccessfully);
            }
        }));

        // Through a worker: what the call itself takes. A queue of the thread pool may grow now and then.
        long calls = 0;
        for (int i = 0; i < 1000; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var flush = device.FlushAsync(default);
            calls += GC.GetAllocatedBytesForCurrentThread() - before;
            await flush;
        }

        Assert.InRange(calls, 0, 1000 * 16 + 8192);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task RoundAsync(EncryptedDevice device, byte[] buffer)
    {
        await device.WriteAsync(8192, buffer, false, default);
        await device.ReadAsync(8192, buffer, default);
        await device.FlushAsync(default);
    }

    private FileDevice Make(long length, bool keepAllocation = false)
    {
        var handle = File.OpenHandle(_folder.Path("f"), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.SetLength(handle, length);
        return FileDevice.FromHandle(handle, length, keepAllocation: keepAllocation);
    }

    private FileDevice FileDeviceOverPipe(out Action close)
    {
        var server = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        close = server.Dispose;
        return FileDevice.ForTests(
            new Microsoft.Win32.SafeHandles.SafeFileHandle(server.SafePipeHandle.DangerousGetHandle(), false), TestData.MiB);
    }

    private static KeyBuffer Key() => KeyBuffer.CopyOf(TestData.Noise(64, 42));
}
