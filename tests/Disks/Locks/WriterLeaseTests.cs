using Lorica.Disks.Locks;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Tests.Locks;

public sealed class WriterLeaseTests : IDisposable
{
    private static readonly WriterRecord s_mine = new() { HostId = "host-1", BootId = "boot-1", Epoch = 3 };

    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly SafeFileHandle _file;

    public WriterLeaseTests()
    {
        _file = File.OpenHandle(_folder.File("lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
        WriterLockFile.Write(_file, s_mine);
    }

    public void Dispose()
    {
        _file.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Its_counter_goes_up_every_five_seconds_and_it_stays_valid()
    {
        await using var lease = new WriterLease(_file, s_mine, _time);
        for (long n = 1; n <= 6; n++)
            await PassAsync(() => WriterLockFile.Read(_file)!.Counter >= n);
        Assert.True(lease.IsValid);
        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Without_a_renewal_for_fifteen_seconds_it_is_lost_for_good()
    {
        await using var lease = new WriterLease(_file, s_mine, _time);

        // A process that was stopped: time passes at once, before any renewal.
        _time.Advance(WriterLease.Expiry);
        Assert.False(lease.IsValid);
        await Task.Delay(Timeout.Infinite, lease.Lost)
            .ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("the lock file could not be renewed for 15 s", lease.Reason);
        await PassAsync(() => true);
        Assert.False(lease.IsValid);
        Assert.True(WriterLockFile.Read(_file)!.Held);
    }

    [Fact]
    public async Task A_lock_file_that_names_another_holder_ends_it_and_is_left_alone()
    {
        await using var lease = new WriterLease(_file, s_mine, _time);
        var other = s_mine with { HostId = "host-2", Epoch = 4 };
        WriterLockFile.Write(_file, other);
        await PassAsync(() => lease.Lost.IsCancellationRequested);
        Assert.False(lease.IsValid);
        await lease.ReleaseAsync();
        Assert.Equal(other, WriterLockFile.Read(_file));
    }

    [Fact]
    public async Task Who_lets_go_says_so()
    {
        await using var lease = new WriterLease(_file, s_mine, _time);
        await lease.ReleaseAsync();
        Assert.Equal(s_mine with { Held = false }, WriterLockFile.Read(_file));
    }

    [Fact]
    public async Task A_disk_whose_right_was_lost_does_no_io_at_all()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", 64 * 1024, Provisioning.Thin, null, CancellationToken.None);
        using var opened = Vmdk.Open(_folder.Folder, "d", null, new TestKeks());
        await using var lease = new WriterLease(_file, s_mine, _time);
        await using var device = new LeasedDevice(
            FileDevice.FromHandle(opened.Extent, opened.Model.Capacity, ownsHandle: false), lease, "d");
        await device.WriteAsync(0, new byte[512], durable: false, CancellationToken.None);
        _time.Advance(WriterLease.Expiry);
        var refused = await Assert.ThrowsAsync<DiskException>(
            async () => await device.WriteAsync(0, new byte[512], durable: false, CancellationToken.None));
        Assert.Equal(DiskErrorKind.Io, refused.Kind);
        await Assert.ThrowsAsync<DiskException>(async () => await device.ReadAsync(0, new byte[512], CancellationToken.None));
        await Assert.ThrowsAsync<DiskException>(async () => await device.FlushAsync(CancellationToken.None));
    }

    // The clock is moved a little; the renewal runs on another thread, and is waited for.
    private async Task PassAsync(Func<bool> until)
    {
        _time.Advance(WriterLease.Period);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!until())
            await Task.Delay(1, limit.Token);
    }
}
