using System.Threading.RateLimiting;
using Lorica.Contracts.Configs;

namespace Lorica.Center.Rest;

/// <summary>
/// Limits per address, before anything else is looked at; of IPv6 a whole /64 counts as one. Sign-in is dear (a slow hash) and
/// gets few; the rest gets what a busy script needs. Long polls and imports hold no permit: only the start of a request counts.
/// <see cref="AccountLimits"/> counts by account.
/// </summary>
internal static class RateLimits
{
    /// <summary>Name of the limit of sign-ins.</summary>
    public const string SignIn = "sign-in";

    /// <summary>Adds the limits.</summary>
    public static IServiceCollection AddRateLimits(this IServiceCollection services, RequestLimits limits) => services
        .AddSingleton(new AccountLimits(limits))
        .AddRateLimiter(o =>
        {
            o.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            o.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(
                http => RateLimitPartition.GetTokenBucketLimiter(
                    ClientAddress.Of(http), _ => Bucket(limits.PerAddress, 2 * limits.PerAddress)));
            o.AddPolicy(
                SignIn, http => RateLimitPartition.GetTokenBucketLimiter(
                    ClientAddress.Of(http), _ => Bucket(limits.SignIns, 4 * limits.SignIns)));
        });

    /// <summary>So many a second, and so many at once.</summary>
    public static TokenBucketRateLimiterOptions Bucket(int perSecond, int atOnce) => new()
    {
        TokenLimit = atOnce, TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), AutoReplenishment = true,
    };
}
