namespace Lorica.Platform.Native;

/// <summary><c>CLOCK_BOOTTIME</c>: time since the machine started, also while it was suspended.</summary>
public static unsafe class BootClock
{
    private const int BootTime = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Now.</summary>
    public static long Nanoseconds()
    {
        long* time = stackalloc long[2];

        // SAFETY: struct timespec is two longs on 64-bit Linux.
        return Libc.GetTime(BootTime, time) == 0
            ? time[0] * NanosecondsPerSecond + time[1]
            : throw new PlatformNotSupportedException("The kernel has no CLOCK_BOOTTIME.");
    }
}
