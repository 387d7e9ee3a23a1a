using Lorica.Contracts.Faults;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Where hashes of passwords are computed. Each takes a tenth of a second of a processor, and whoever signs in needs no account
/// to ask for one: only half of the processors compute them at a time, on threads that nobody else waits for, so that hosts and
/// other people are answered however many sign in; and only so many wait.
/// </summary>
internal static class SlowHashes
{
    /// <summary>How many wait at most.</summary>
    public const int MaximumWaiting = 64;

    private static readonly int AtOnce = Math.Max(1, Environment.ProcessorCount / 2);
    private static readonly SemaphoreSlim Gate = new(AtOnce, AtOnce);
    private static int _waiting;

    /// <summary>Computes when it is its turn.</summary>
    /// <exception cref="FaultException">Too many wait.</exception>
    public static async Task<T> RunAsync<T>(Func<T> compute, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _waiting) > MaximumWaiting + AtOnce)
        {
            Interlocked.Decrement(ref _waiting);
            throw new FaultException(new Fault(FaultTypes.SystemError, "lorica.tooManyRequests", "session",
                "Too many people sign in at this moment.", "Wait a second."));
        }

        try
        {
            await Gate.WaitAsync(ct);
            try
            {
                return await Task.Run(compute, CancellationToken.None);
            }
            finally
            {
                Gate.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
