using System.Threading.RateLimiting;
using Lorica.Contracts.Configs;

namespace Lorica.Center.Rest;

/// <summary>
/// Limits per address, before anything else is looked at; of IPv6 a whole /64 counts as one. Sign-in is dear (a slow hash) and
/// gets few; the rest gets what a busy script needs.
/// </summary>
internal sealed class AddressLimits(RequestLimits limits) : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> _requests = ByAddress(limits.PerAddress, 2 * limits.PerAddress);
    private readonly PartitionedRateLimiter<HttpContext> _signIns = ByAddress(limits.SignIns, 4 * limits.SignIns);

    /// <summary>Takes note of a request.</summary>
    /// <returns>False: there were too many from its address.</returns>
    public bool Take(HttpContext http)
    {
        using var request = _requests.AttemptAcquire(http);
        if (!request.IsAcquired || !RateLimits.IsSignIn(http))
        {
            return request.IsAcquired;
        }

        using var signIn = _signIns.AttemptAcquire(http);
        return signIn.IsAcquired;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _requests.Dispose();
        _signIns.Dispose();
    }

    private static PartitionedRateLimiter<HttpContext> ByAddress(int perSecond, int atOnce) =>
        PartitionedRateLimiter.Create<HttpContext, string>(
            http => RateLimitPartition.GetTokenBucketLimiter(ClientAddress.Of(http), _ => RateLimits.Bucket(perSecond, atOnce)));
}
