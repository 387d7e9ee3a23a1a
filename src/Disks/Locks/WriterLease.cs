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
/// itself expired at its first look. Safe for several threads.
/// </summary>
public sealed class WriterLease : IAsyncDisposable
{
    /// <summary>Between two renewals.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>Without a renewal for so long, the right is lost.</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromSeconds(15);

    /// <summary>A counter that stood still for so long is that of a holder who has stopped by himself.</summary>
    public static readonly TimeSpan Takeover = TimeSpan.FromSeconds(45);

    private readonly SafeFileHandle _file;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationToken _lostToken;
    private readonly ITimer _watch;
    private readonly Task _renewing;
    private WriterRecord _record;
    private long _renewedAt;
    private volatile bool _gone;

    /// <summary>
    /// Goes on with a record that stands in the file already; it was written just now. The handle stays the caller's.
    /// </summary>
    public WriterLease(SafeFileHandle file, WriterRecord record, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_file, _record, _time) = (file, record, time);
        _lostToken = _lost.Token;
        _renewedAt = time.GetTimestamp();
        _watch = time.CreateTimer(_ => Look(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var timer = new PeriodicTimer(Period, time);
        _renewing = Task.Run(() => RenewAsync(timer));
    }

    /// <summary>Whether I/O may begin now. Cheap: asked before every request.</summary>
    public bool IsValid => !_gone && _time.GetElapsedTime(Volatile.Read(ref _renewedAt)) < Expiry;

    /// <summary>Cancelled when the right is lost.</summary>
    public CancellationToken Lost => _lostToken;

    /// <summary>Why it was lost.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Lets go in good order: the file says so, unless the right was lost before.</summary>
    public async Task ReleaseAsync()
    {
        await StopAsync();
        if (!IsValid)
            return;
        try
        {
            WriterLockFile.Write(_file, _record with { Held = false });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever comes next waits until the counter has stood still long enough.
        }
    }

    /// <summary>Ends the renewing; the file still says held.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
        _lost.Dispose();
    }

    private async Task StopAsync()
    {
        await _watch.DisposeAsync();
        if (!_stopping.IsCancellationRequested)
            await _stopping.CancelAsync();

        // A renewal that hangs in the kernel is not waited for.
        await Task.WhenAny(_renewing, Task.Delay(Period, _time));
    }

    private async Task RenewAsync(PeriodicTimer timer)
    {
        using var ended = timer;
        try
        {
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
        var started = _time.GetTimestamp();
        if (!IsValid)
            return;
        try
        {
            if (!_record.IsSameHolding(WriterLockFile.Read(_file)))
            {
                Lose("the lock file names another holder");
                return;
            }

            var next = _record with { Counter = _record.Counter + 1 };
            WriterLockFile.Write(_file, next);
            if (!IsValid)
                return;
            _record = next;
            Volatile.Write(ref _renewedAt, started);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Tried again at the next tick; time goes on.
        }
    }

    private void Look()
    {
        if (!_gone && !IsValid)
            Lose("the lock file could not be renewed for 15 s");
    }

    private void Lose(string reason)
    {
        Reason = reason;
        _gone = true;
        try
        {
            _lost.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Let go already.
        }
    }
}
