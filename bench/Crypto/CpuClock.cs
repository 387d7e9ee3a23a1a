using System.Runtime.InteropServices;

namespace Lorica.Crypto.Bench;

/// <summary>
/// Processor time of this thread: what other programs take from the core in the meantime does not count.
/// </summary>
internal static unsafe partial class CpuClock
{
    private const int ThreadCpuTime = 3;

    public static double Seconds()
    {
        // SAFETY: struct timespec is two 64-bit integers on LP64 Linux.
        long* time = stackalloc long[2];
        return GetTime(ThreadCpuTime, time) == 0
            ? time[0] + (time[1] / 1e9) : throw new InvalidOperationException("No CPU clock.");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, long* time);
}
