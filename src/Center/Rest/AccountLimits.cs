using System.Threading.RateLimiting;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;

namespace Lorica.Center.Rest;

/// <summary>Limits per account: one that is signed in from many addresses gets no more than another.</summary>
internal sealed class AccountLimits(RequestLimits limits) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(
        user => RateLimitPartition.GetTokenBucketLimiter(user, _ => RateLimits.Bucket(limits.PerAccount, 2 * limits.PerAccount)));

    /// <summary>Takes note of a request of <paramref name="caller"/>.</summary>
    /// <exception cref="FaultException">There were too many.</exception>
    public void Take(Caller caller)
    {
        using var lease = _limiter.AttemptAcquire(caller.User);
        if (!lease.IsAcquired)
        {
            throw new FaultException(new Fault(FaultTypes.SystemError, "lorica.tooManyRequests", caller.User,
                $"Too many requests of {caller.User}.", "Wait a second."));
        }
    }

    /// <inheritdoc />
    public void Dispose() => _limiter.Dispose();
}
