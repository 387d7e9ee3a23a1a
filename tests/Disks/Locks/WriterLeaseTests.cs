using Lorica.Disks.Locks;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Tests.Locks;

public sealed class WriterLeaseTests : IDisposable
{
    private static readonly WriterRecord Mine = new() { HostId = "host-1", BootId = "boot-1", Epoch = 3 };
    private static readonly WriterRecord Other = new() { HostId = "host-2", BootId = "boot-2", Epoch = 4 };

    private readonly TestFolder _folder = new();
    private readonly SuspendingTime _time = new();
    private readonly SafeFileHandle _file;

    public WriterLeaseTests()
    {
        _file = File.OpenHandle(_folder.Path("lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
        WriterLockFile.Write(_file, Mine);
    }

    public void Dispose()
    {
        _file.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Its_counter_goes_up_every_five_seconds_and_it_stays_valid()
    {
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());
        for (long n = 1; n <= 6; n++)
            await PassAsync(() => WriterLockFile.Read(_file)!.Counter >= n);
        Assert.True(lease.IsValid);
        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Without_a_renewal_for_fifteen_seconds_it_is_lost_for_good()
    {
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());

        // A process that was stopped: time passes at once, before any renewal.
        _time.Advance(WriterLease.Expiry);
        Assert.False(lease.IsValid);
        await Wait.UntilAsync(() => lease.Lost.IsCancellationRequested, "the right is lost");
        Assert.Equal("the lock file could not be renewed for 15 s, or the machine slept", lease.Reason);
        await PassAsync(() => true);
        Assert.False(lease.IsValid);
        Assert.True(WriterLockFile.Read(_file)!.Held);
    }

    [Fact]
    public async Task A_lock_file_that_names_another_holder_ends_it_and_is_left_alone()
    {
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());
        WriterLockFile.Write(_file, Other);
        await PassAsync(() => lease.Lost.IsCancellationRequested);
        Assert.False(lease.IsValid);
        await lease.ReleaseAsync();
        Assert.Equal(Other, WriterLockFile.Read(_file));
    }

    [Fact]
    public async Task A_machine_that_slept_longer_than_the_right_lasts_wakes_without_it_and_writes_nothing()
    {
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());
        WriterLockFile.Write(_file, Other);
        _time.Suspend(WriterLease.Takeover + WriterLease.Period);
        Assert.False(lease.IsValid);
        await PassAsync(() => lease.Lost.IsCancellationRequested);
        await lease.ReleaseAsync();
        Assert.Equal(Other, WriterLockFile.Read(_file));
    }

    [Fact]
    public async Task A_renewal_that_wakes_too_late_is_not_written()
    {
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());
        _time.Suspend(WriterLease.Expiry);

        // Nobody has looked since: the timer's tick is the first.
        await PassAsync(() => lease.Lost.IsCancellationRequested);
        await lease.ReleaseAsync();
        Assert.Equal(Mine, WriterLockFile.Read(_file));
    }

    [Theory]
    [InlineData("host-2", "boot-2", 4)]
    [InlineData("host-1", "boot-1", 4)]
    [InlineData("host-1", "boot-2", 3)]
    public async Task When_a_renewal_is_overdue_the_file_is_read_again_before_the_right_counts(
        string host, string boot, long epoch)
    {
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());
        WriterLockFile.Write(_file, new WriterRecord { HostId = host, BootId = boot, Epoch = epoch });
        _time.Suspend(WriterLease.Period + TimeSpan.FromSeconds(3));
        Assert.False(lease.IsValid);
        Assert.Equal("the lock file names another holder", lease.Reason);
        WriterLockFile.Write(_file, Mine);
        Assert.False(lease.IsValid, "What is lost is lost for good.");
    }

    [Fact]
    public async Task When_a_renewal_is_overdue_and_the_file_is_still_its_own_the_right_counts()
    {
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());
        _time.Suspend(WriterLease.Period + TimeSpan.FromSeconds(3));
        Assert.True(lease.IsValid);
    }

    [Fact]
    public async Task What_another_process_handed_over_counts_from_its_last_renewal_and_is_renewed_at_once()
    {
        long renewed = _time.GetTimestamp();
        _time.Suspend(WriterLease.Expiry - TimeSpan.FromSeconds(1));
        await using (var lease = new WriterLease(_file, Mine, _time, renewed))
        {
            await Wait.UntilAsync(() => lease.RenewedAt != renewed, "the right is renewed at once");
            Assert.True(lease.IsValid);
            Assert.Equal(Mine with { Counter = 1 }, WriterLockFile.Read(_file));
        }

        WriterLockFile.Write(_file, Mine);
        _time.Suspend(TimeSpan.FromSeconds(1));
        await using var late = new WriterLease(_file, Mine, _time, renewed);
        Assert.False(late.IsValid);
        await late.ReleaseAsync();
        Assert.Equal(Mine, WriterLockFile.Read(_file));
    }

    [Fact]
    public async Task A_right_of_which_nothing_says_since_when_counts_from_now_and_is_renewed_at_once()
    {
        await using var lease = new WriterLease(_file, Mine, _time, null);
        await Wait.UntilAsync(() => WriterLockFile.Read(_file) is { Counter: 1 }, "the right is renewed at once");
        Assert.True(lease.IsValid);
    }

    [Fact]
    public async Task A_file_that_holds_no_record_for_a_moment_ends_no_right()
    {
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());
        RandomAccess.Write(_file, "torn"u8, 0);
        _time.Suspend(WriterLease.Period + TimeSpan.FromSeconds(3));
        Assert.False(lease.IsValid);
        Assert.False(lease.Lost.IsCancellationRequested);
        WriterLockFile.Write(_file, Mine);
        Assert.True(lease.IsValid);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task A_file_that_holds_no_record_is_not_renewed_and_the_right_ends_by_the_clock(int left)
    {
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());
        RandomAccess.SetLength(_file, left);
        for (var passed = TimeSpan.Zero; passed < WriterLease.Expiry; passed += WriterLease.Period)
            _time.Advance(WriterLease.Period);
        Assert.False(lease.IsValid);
        Assert.Equal("the lock file could not be renewed for 15 s, or the machine slept", lease.Reason);
        WriterLockFile.Write(_file, Mine);
        Assert.False(lease.IsValid, "What is lost is lost for good.");
    }

    [Fact]
    public async Task Who_lets_go_leaves_a_record_alone_that_names_somebody_else()
    {
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());
        WriterLockFile.Write(_file, Other);
        await lease.ReleaseAsync();
        Assert.Equal(Other, WriterLockFile.Read(_file));
    }

    [Fact]
    public async Task Who_has_let_go_has_no_right_any_more()
    {
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());
        await lease.ReleaseAsync();
        Assert.False(lease.IsValid);
    }

    [Fact]
    public async Task Who_lets_go_says_so()
    {
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());
        await lease.ReleaseAsync();
        Assert.Equal(Mine with { Held = false }, WriterLockFile.Read(_file));
    }

    [Fact]
    public async Task A_disk_whose_right_was_lost_does_no_io_at_all()
    {
        await Vmdk.CreateAsync(_folder.Folder, "d", 64 * 1024, Provisioning.Thin, null, CancellationToken.None);
        using var opened = Vmdk.Open(_folder.Folder, "d", null, new TestKeks());
        await using var lease = new WriterLease(_file, Mine, _time, _time.GetTimestamp());
        await using var device = new LeasedDevice(
            FileDevice.FromHandle(opened.Links[0].Extent, opened.Model.Capacity, ownsHandle: false), lease, "d");
        await device.WriteAsync(0, new byte[512], durable: false, CancellationToken.None);
        _time.Advance(WriterLease.Expiry);
        var refused = await Assert.ThrowsAsync<DiskException>(
            async () => await device.WriteAsync(0, new byte[512], durable: false, CancellationToken.None));
        Assert.Equal(DiskErrorKind.LockLost, refused.Kind);
        await Assert.ThrowsAsync<DiskException>(async () => await device.ReadAsync(0, new byte[512], CancellationToken.None));
        await Assert.ThrowsAsync<DiskException>(async () => await device.FlushAsync(CancellationToken.None));
    }

    // The clock is moved a little; the renewal runs on another thread, and is waited for.
    private Task PassAsync(Func<bool> until)
    {
        _time.Advance(WriterLease.Period);
        return Wait.UntilAsync(until, "the renewal that is due has its effect");
    }
}
