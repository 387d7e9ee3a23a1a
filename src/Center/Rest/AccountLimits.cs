using System.Threading.RateLimiting;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Limits per account: one that is signed in from many addresses gets no more than another.</summary>
internal sealed class AccountLimits(RequestLimits limits) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(
        user => RateLimitPartition.GetTokenBucketLimiter(user, _ => RateLimits.Bucket(limits.PerAccount, 2 * limits.PerAccount)));

    private readonly PartitionedRateLimiter<string> _atOnce = PartitionedRateLimiter.Create<string, string>(
        user => RateLimitPartition.GetConcurrencyLimiter(
            user, _ => new ConcurrencyLimiterOptions { PermitLimit = limits.AtOncePerAccount }));

    /// <summary>Takes note of a request of <paramref name="caller"/>.</summary>
    /// <returns>To be disposed when the request has ended: streams and long polls count as long as they last.</returns>
    /// <exception cref="FaultException">There were too many.</exception>
    public IDisposable Take(Caller caller)
    {
        using var rate = _limiter.AttemptAcquire(caller.User);
        var lease = _atOnce.AttemptAcquire(caller.User);
        if (!rate.IsAcquired || !lease.IsAcquired)
        {
            lease.Dispose();
            throw new FaultException(new Fault(FaultTypes.SystemError, "lorica.tooManyRequests", caller.User,
                $"Too many requests of {caller.User}.", "Wait a second."));
        }

        return lease;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _limiter.Dispose();
        _atOnce.Dispose();
    }
}
