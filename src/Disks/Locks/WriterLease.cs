using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Locks;

/// <summary>
/// The right to write, as long as it can be renewed: the counter in the lock file goes up every 5 s. Who could not renew for 15 s
/// has lost it for good, since somebody else may take over after 45 s in which the counter stood still.
/// <code>
///          renewed every 5 s
///        ┌────────────┐
///        ▼            │        15 s without a renewal, or the file names another holder
///      valid ─────────┴──────────────────────────────────────────────────────────────────► lost
/// </code>
/// Time is counted from before a renewal is written: a write that hangs does not lengthen it. A process that was stopped finds
/// itself expired at its first look, and so does one whose machine was suspended, if its clock counts that
/// (<see cref="BootTimeProvider"/>). When a renewal is overdue the file is read again before the right counts; before a renewal
/// and before the end it always is. A file that names another holder, or another epoch, is left alone. Safe for several threads.
/// </summary>
public sealed class WriterLease : IWriteRight, IAsyncDisposable
{
    /// <summary>Between two renewals.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>Without a renewal for so long, the right is lost.</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromSeconds(15);

    /// <summary>A counter that stood still for so long is that of a holder who has stopped by itself.</summary>
    public static readonly TimeSpan Takeover = TimeSpan.FromSeconds(45);

    // A renewal that is so late did not come when it should: what the file says has to be seen once more.
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(7);

    // A record that was written within this time needs no renewal at once.
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);

    private readonly Lock _losing = new();
    private readonly SafeFileHandle _file;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationToken _lostToken;
    private readonly ITimer _watch;
    private readonly Task _renewing;
    private WriterRecord _record;
    private long _renewedAt;

    // Never before _renewedAt: a renewal reads the file too.
    private long _seenAt;
    private volatile bool _gone;

    /// <summary>
    /// Goes on with a record that stands in the file already. The handle stays the caller's. The time should be that of <see
    /// cref="BootTimeProvider"/>.
    /// </summary>
    /// <param name="file">The lock file, open for writing.</param>
    /// <param name="record">What stands in it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="renewedAt">From when the right counts, by the same clock: before the record was written, or the last renewal
    /// (<see cref="RenewedAt"/>) of the process that hands it over. Null when nothing says that: from now. Unless that was within
    /// the last second the record is renewed at once.</param>
    public WriterLease(SafeFileHandle file, WriterRecord record, TimeProvider time, long? renewedAt)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_file, _record, _time) = (file, record, time);
        _lostToken = _lost.Token;
        long now = time.GetTimestamp();
        _renewedAt = _seenAt = Math.Min(renewedAt ?? now, now);
        bool atOnce = renewedAt is null || time.GetElapsedTime(_renewedAt, now) >= Lately;
        _watch = time.CreateTimer(_ => Look(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var timer = new PeriodicTimer(Period, time);
        _renewing = Task.Run(() => RenewAsync(timer, atOnce));
    }

    /// <summary>The timestamp from which the right counts now.</summary>
    public long RenewedAt => Volatile.Read(ref _renewedAt);

    /// <summary>Whether I/O may begin now. Asked before every request: looks at the clock, and at the file when a renewal is
    /// overdue.</summary>
    public bool IsValid
    {
        get
        {
            long now = _time.GetTimestamp();
            return Look(now) && (_time.GetElapsedTime(Volatile.Read(ref _seenAt), now) < Overdue || (See() && Look()));
        }
    }

    /// <summary>Cancelled when the right is lost.</summary>
    public CancellationToken Lost => _lostToken;

    /// <summary>Why it was lost.</summary>
    public string Reason { get; private set; } = "the lock file cannot be read";

    /// <summary>Lets go in good order: the file says so, unless the right was lost before.</summary>
    public async Task ReleaseAsync()
    {
        // A renewal that still hangs would say held after this had said free: then the file is left as it is.
        if (!await StopAsync() || !Look() || !See())
            return;
        try
        {
            // No I/O begins any more, however long the write takes.
            if (End("it was given up"))
                WriterLockFile.Write(_file, _record with { Held = false });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever comes next waits until the counter has stood still long enough.
        }
    }

    /// <summary>Ends the renewing, and with it the right of this object; the file still says held.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        End("it was given up");
        _stopping.Dispose();
        _lost.Dispose();
    }

    /// <returns>False when a renewal hangs in the kernel; it is not waited for.</returns>
    private async Task<bool> StopAsync()
    {
        await _watch.DisposeAsync();
        if (!_stopping.IsCancellationRequested)
            await _stopping.CancelAsync();
        await Task.WhenAny(_renewing, Task.Delay(Period, _time));
        return _renewing.IsCompleted;
    }

    private async Task RenewAsync(PeriodicTimer timer, bool atOnce)
    {
        using var ended = timer;
        try
        {
            if (atOnce)
                Renew();
            while (!_gone && await timer.WaitForNextTickAsync(_stopping.Token))
                Renew();
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private void Renew()
    {
        long started = _time.GetTimestamp();

        // The clock is looked at once more behind the read: a machine may have slept in it.
        if (!Look() || !See() || !Look())
            return;
        try
        {
            var next = _record with { Counter = _record.Counter + 1 };
            WriterLockFile.Write(_file, next);
            if (!Look())
                return;
            _record = next;
            Volatile.Write(ref _renewedAt, started);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Tried again at the next tick; time goes on.
        }
    }

    /// <summary>Looks at the clock; the first look behind the end loses the right.</summary>
    private bool Look() => Look(_time.GetTimestamp());

    private bool Look(long now)
    {
        if (!_gone && _time.GetElapsedTime(Volatile.Read(ref _renewedAt), now) >= Expiry)
            Lose("the lock file could not be renewed for 15 s, or the machine slept");
        return !_gone;
    }

    /// <summary>
    /// Reads the file: whether it names this holding. One that cannot be read, or holds no record, does not, but may again; it is
    /// not renewed meanwhile, so the right ends by the clock.
    /// </summary>
    private bool See()
    {
        long started = _time.GetTimestamp();
        try
        {
            var found = WriterLockFile.Read(_file);
            if (_record.IsSameHolding(found))
            {
                Volatile.Write(ref _seenAt, started);
                return true;
            }

            if (found is not null)
                Lose("the lock file names another holder");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // Not seen is not valid.
        }

        return false;
    }

    private void Lose(string reason)
    {
        if (!End(reason))
            return;
        try
        {
            // Whoever waits for it is told elsewhere: this may be the thread of a block request.
            _ = _lost.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // Let go already.
        }
    }

    /// <returns>Whether it was this call that ended it.</returns>
    private bool End(string reason)
    {
        lock (_losing)
        {
            if (_gone)
                return false;
            Reason = reason;
            return _gone = true;
        }
    }
}
