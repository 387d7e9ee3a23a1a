using Microsoft.Extensions.Time.Testing;

namespace Lorica.Disks.Tests.Locks;

/// <summary>A machine that can be suspended: its clock goes on, no timer comes due.</summary>
internal sealed class SuspendingTime : FakeTimeProvider
{
    private long _slept;

    public void Suspend(TimeSpan time) => Interlocked.Add(ref _slept, time.Ticks);

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _slept);
}
