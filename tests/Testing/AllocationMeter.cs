namespace Lorica.Testing;

/// <summary>
/// What an action allocates once warm. What the runtime itself takes now and then is no part of it: the least of a few rounds
/// counts.
/// </summary>
public static class AllocationMeter
{
    /// <summary>Bytes on this thread.</summary>
    public static long LeastOf(int rounds, Action action) => LeastOf(rounds, action, GC.GetAllocatedBytesForCurrentThread);

    /// <summary>Bytes of the whole process, where other threads do the work.</summary>
    public static long LeastOfProcess(int rounds, Action action) =>
        LeastOf(rounds, action, static () => GC.GetTotalAllocatedBytes(precise: true));

    private static long LeastOf(int rounds, Action action, Func<long> allocated)
    {
        action();
        long least = long.MaxValue;
        for (int round = 0; round < rounds && least > 0; round++)
        {
            long before = allocated();
            action();
            least = Math.Min(least, allocated() - before);
        }

        return least;
    }
}
