using Lorica.Disks.Native;
using Lorica.Disks.Tests.Native;

namespace Lorica.Disks.Tests;

/// <summary>What a disk says about acknowledged writes when the storage fails while the kernel writes them back.</summary>
public sealed class DurabilityTests
{
    [Theory]
    [InlineData(FailingStorage.NoSpace)]
    [InlineData(FailingStorage.QuotaExceeded)]
    [InlineData(FailingStorage.IoError)]
    public async Task A_forced_write_that_tells_of_an_older_loss_fails_the_disk_for_good(int error)
    {
        using var storage = new FailingStorage(TestData.MiB);
        await using var device = Open(storage);
        byte[] acknowledged = TestData.Noise(4096, 1);
        await device.WriteAsync(0, acknowledged.ToArray(), false, default);

        // The storage is full when the kernel writes back, which another program's sync makes it do; then there is room again.
        storage.WritesFailWith = error;
        Assert.False(storage.SyncByAnother());
        storage.WritesFailWith = 0;
        var lost = await Assert.ThrowsAsync<DiskException>(
            async () => await device.WriteAsync(64 * 1024, TestData.Noise(4096, 2), durable: true, default));

        // Not "no space": that would make the guest wait for somebody to make room, and try again.
        Assert.Equal(DiskErrorKind.Io, lost.Kind);
        Assert.True(device.HasFailed);
        await Assert.ThrowsAsync<DiskException>(async () => await device.FlushAsync(default));
        await Assert.ThrowsAsync<DiskException>(async () => await device.WriteAsync(0, new byte[512], false, default));
        Assert.NotEqual(acknowledged, storage.Stored(0, 4096));
    }

    [Fact]
    public async Task A_flush_tells_of_a_loss_that_another_program_was_told_of_first()
    {
        using var storage = new FailingStorage(TestData.MiB);
        await using var device = Open(storage);
        await device.WriteAsync(0, TestData.Noise(4096, 1), false, default);
        storage.WritesFailWith = FailingStorage.NoSpace;
        Assert.False(storage.SyncByAnother());
        storage.WritesFailWith = 0;
        await Assert.ThrowsAsync<DiskException>(async () => await device.FlushAsync(default));
        Assert.True(device.HasFailed);
    }

    [Fact]
    public async Task Of_many_flushes_at_once_none_succeeds_once_a_write_was_lost()
    {
        using var storage = new FailingStorage(4 * TestData.MiB);
        await using var device = Open(storage, 4 * TestData.MiB);
        await device.WriteAsync(0, TestData.Noise(64 * 1024, 1), false, default);
        storage.WritesFailWith = FailingStorage.NoSpace;
        var flushes = Enumerable.Range(0, 64).Select(async i =>
        {
            await Task.Yield();
            return await Record.ExceptionAsync(async () => await (i % 2 == 0
                ? device.FlushAsync(default)
                : device.WriteAsync(TestData.MiB + i * 4096, TestData.Noise(4096, i), true, default)));
        }).ToArray();
        Assert.All(await Task.WhenAll(flushes), e => Assert.IsType<DiskException>(e));
    }

    [Fact]
    public async Task A_forced_write_and_a_flush_are_on_the_storage_when_they_return()
    {
        using var storage = new FailingStorage(TestData.MiB);
        await using var device = Open(storage);
        await device.WriteAsync(8192, TestData.Noise(4096, 1), durable: true, default);
        Assert.Equal(TestData.Noise(4096, 1), storage.Stored(8192, 4096));
        await device.WriteAsync(0, TestData.Noise(512, 2), durable: false, default);
        await device.FlushAsync(default);
        Assert.Equal(TestData.Noise(512, 2), storage.Stored(0, 512));
        await device.WriteAsync(0, TestData.Noise(512, 3), durable: false, default);
        await device.WriteZeroesAsync(4096, 512, durable: true, default);
        Assert.Equal(TestData.Noise(512, 3), storage.Stored(0, 512));
    }

    [Fact]
    public async Task Storage_that_refuses_to_sync_fails_the_disk_for_good()
    {
        using var storage = new FailingStorage(TestData.MiB);
        await using var device = Open(storage);
        storage.SyncsFailWith = FailingStorage.NoSpace;
        await Assert.ThrowsAsync<DiskException>(async () => await device.WriteAsync(0, new byte[512], durable: true, default));
        storage.SyncsFailWith = 0;
        Assert.True(device.HasFailed);
        await Assert.ThrowsAsync<DiskException>(async () => await device.FlushAsync(default));
    }

    [Fact]
    public async Task A_write_that_finds_no_room_fails_alone_and_the_disk_goes_on()
    {
        // A tmpfs that is smaller than the disk, which is thin.
        using var folder = new SmallFilesystem(64 * 1024);
        await using var device = FileDevice.FromHandle(folder.Make("disk", TestData.MiB), TestData.MiB);
        await device.WriteAsync(0, TestData.Noise(4096, 1), durable: true, default);
        foreach (bool durable in new[] { false, true })
        {
            var full = await Assert.ThrowsAsync<DiskException>(
                async () => await device.WriteAsync(0, TestData.Noise(TestData.MiB, 2), durable, default));
            Assert.Equal(DiskErrorKind.NoSpace, full.Kind);
        }

        Assert.False(device.HasFailed);
        folder.Grow(4 * TestData.MiB);
        await device.WriteAsync(0, TestData.Noise(TestData.MiB, 3), durable: true, default);
        await device.FlushAsync(default);
        Assert.Equal(TestData.Noise(TestData.MiB, 3), await TestData.ReadAllAsync(device));
    }

    [Fact]
    public async Task The_first_failure_is_told_before_anybody_has_an_answer()
    {
        using var storage = new FailingStorage(TestData.MiB);
        await using var device = Open(storage);
        var told = new List<DiskException>();
        bool answered = false;
        device.OnFailure = e =>
        {
            Assert.False(answered);
            told.Add(e);
        };
        storage.SyncsFailWith = FailingStorage.IoError;
        await Assert.ThrowsAsync<DiskException>(async () => await device.FlushAsync(default));
        answered = true;
        await Assert.ThrowsAsync<DiskException>(async () => await device.FlushAsync(default));
        Assert.Single(told);
    }

    [Fact]
    public async Task A_witness_knows_of_a_loss_that_the_writer_was_told_of_and_took_with_it()
    {
        using var storage = new FailingStorage(TestData.MiB);
        using var file = File.OpenHandle(storage.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var witness = WriteWitness.Of(file, "d");
        await using (var device = Open(storage))
        {
            await device.WriteAsync(0, TestData.Noise(4096, 1), false, default);
            storage.WritesFailWith = FailingStorage.NoSpace;
            await Assert.ThrowsAsync<DiskException>(async () => await device.FlushAsync(default));
            storage.WritesFailWith = 0;
        }

        // A successor of the writer opens the file anew, and the kernel tells it nothing.
        await using (var successor = Open(storage))
            await successor.FlushAsync(default);
        Assert.NotNull(witness.Ask());
        Assert.Null(witness.Ask());
    }

    [Fact]
    public void A_witness_is_had_of_a_file_whose_storage_became_read_only()
    {
        using var folder = new SmallFilesystem(64 * 1024);
        folder.Make("disk", 4096).Dispose();
        folder.MakeReadOnly();
        using var file = folder.OpenRead("disk");
        using var witness = WriteWitness.Of(file, "d");
        Assert.Null(witness.Ask());
    }

    [Fact]
    public async Task A_sync_that_did_not_run_counts_for_nobody_who_waited_for_it()
    {
        using var storage = new FailingStorage(TestData.MiB);
        using var file = File.OpenHandle(storage.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var gate = new SyncGate(LinuxFile.OpenAgain(file, null), null);
        storage.HoldSyncs();
        var first = new Caller(gate);
        Assert.True(storage.SyncIsHeld.Wait(TimeSpan.FromSeconds(60)));
        var waiting = Enumerable.Range(0, 4).Select(_ => new Caller(gate)).ToList();
        foreach (var caller in waiting)
            await caller.UntilItWaitsAsync();

        // The device is closed: the sync that runs comes to its end (and may be told of what came then), the one that these wait
        // for never begins.
        gate.Dispose();
        storage.ReleaseSyncs();

        first.Outcome();
        Assert.All(waiting, w => Assert.Equal(DiskErrorKind.Io, Assert.IsType<DiskException>(w.Outcome()).Kind));
        Assert.NotNull(gate.Failure);
    }

    /// <summary>A thread that syncs.</summary>
    private sealed class Caller
    {
        private readonly Thread _thread;
        private Exception? _outcome;

        public Caller(SyncGate gate)
        {
            _thread = new Thread(() => _outcome = Record.Exception(gate.Sync)) { IsBackground = true };
            _thread.Start();
        }

        public Task UntilItWaitsAsync() => Wait.UntilAsync(
            () => _thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), "the thread waits for the sync that runs");

        public Exception? Outcome()
        {
            Assert.True(_thread.Join(TimeSpan.FromSeconds(60)));
            return _outcome;
        }
    }

    private static FileDevice Open(FailingStorage storage, long length = TestData.MiB) => FileDevice.FromHandle(
        File.OpenHandle(storage.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite), length);
}
