using Lorica.Contracts.Vmx;

namespace Lorica.Vmx.Guest;

/// <summary>The newest <see cref="GuestSnapshot"/>, swapped whole, and the wait for the next. Thread-safe.</summary>
internal sealed class StatusBoard(TimeProvider time)
{
    private readonly Lock _gate = new();
    private GuestSnapshot _current = new(1, GuestState.Starting, GuestEnd.None, 0, "");
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GuestSnapshot Current
    {
        get
        {
            lock (_gate)
                return _current;
        }
    }

    public void Publish(GuestState state, GuestEnd end, int pid, string detail)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            var next = _current with { State = state, End = end, QemuPid = pid, Detail = detail };
            if (next == _current)
                return;
            _current = next with { Version = _current.Version + 1 };
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    /// <summary>Completes when the version is beyond <paramref name="seen"/>, or after the time.</summary>
    public async Task WaitAsync(long seen, TimeSpan limit, CancellationToken ct)
    {
        Task changed;
        lock (_gate)
        {
            if (_current.Version > seen || limit <= TimeSpan.Zero)
                return;
            changed = _changed.Task;
        }

        try
        {
            await changed.WaitAsync(limit, time, ct);
        }
        catch (TimeoutException)
        {
            // No change; the caller sees so.
        }
    }
}
