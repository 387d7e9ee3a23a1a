using Microsoft.Extensions.Time.Testing;

namespace Lorica.Testing;

/// <summary>
/// A machine that can be suspended: its clock goes on, no timer comes due. A test can be told of each look at it.
/// </summary>
public sealed class SuspendingTime : FakeTimeProvider
{
    private long _slept;

    public Action? Looked { get; set; }

    public void Suspend(TimeSpan time) => Interlocked.Add(ref _slept, time.Ticks);

    public override long GetTimestamp()
    {
        Looked?.Invoke();
        return base.GetTimestamp() + Interlocked.Read(ref _slept);
    }
}
