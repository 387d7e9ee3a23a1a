using System.Globalization;
using System.Threading.RateLimiting;

namespace Lorica.Center.Rest;

/// <summary>
/// Limits per address. Sign-in is dear (a slow hash) and gets few; the rest gets what a busy script needs. Long polls and imports
/// hold no permit: only the start of a request counts.
/// </summary>
internal static class RateLimits
{
    /// <summary>Name of the limit of sign-ins.</summary>
    public const string SignIn = "sign-in";

    /// <summary>Adds the limits.</summary>
    public static IServiceCollection AddRateLimits(this IServiceCollection services) => services.AddRateLimiter(o =>
    {
        o.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        o.OnRejected = (context, _) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = 1.ToString(CultureInfo.InvariantCulture);
            return ValueTask.CompletedTask;
        };
        o.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetTokenBucketLimiter(
            Address(http), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = 1000, TokensPerPeriod = 500, ReplenishmentPeriod = TimeSpan.FromSeconds(1), AutoReplenishment = true,
            }));
        o.AddPolicy(SignIn, http => RateLimitPartition.GetTokenBucketLimiter(
            Address(http), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = 20, TokensPerPeriod = 5, ReplenishmentPeriod = TimeSpan.FromSeconds(1), AutoReplenishment = true,
            }));
    });

    private static string Address(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";
}
