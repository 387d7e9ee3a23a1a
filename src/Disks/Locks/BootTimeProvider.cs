using Lorica.Platform.Native;


namespace Lorica.Disks.Locks;

/// <summary>
/// The clock of whoever holds a <see cref="WriterLease"/>: its timestamps go on while the machine is suspended, as time does for
/// the other hosts. The clock of <see cref="TimeProvider.System"/> stands still then, and a lease that somebody else has taken
/// over would still look valid on waking. Timers are those of the system.
/// </summary>
public sealed class BootTimeProvider : TimeProvider
{
    private BootTimeProvider()
    {
    }

    /// <summary>The one of this machine.</summary>
    public static BootTimeProvider Instance { get; } = new();

    /// <inheritdoc/>
    public override long TimestampFrequency => 1_000_000_000;

    /// <inheritdoc/>
    public override long GetTimestamp() => BootClock.Nanoseconds();
}
