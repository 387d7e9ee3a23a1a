using System.Threading.RateLimiting;
using Lorica.Contracts.Configs;

namespace Lorica.Center.Rest;

/// <summary>
/// Limits of requests: by address (<see cref="AddressLimits"/>) and by account (<see cref="AccountLimits"/>). Long polls and
/// imports hold no permit of an address: only the start of a request counts.
/// </summary>
/// <remarks>Not ASP.NET's middleware: it never disposes its limiter, whose timer then keeps a stopped center in memory.</remarks>
internal static class RateLimits
{
    /// <summary>Adds the limits.</summary>
    public static IServiceCollection AddRateLimits(this IServiceCollection services, RequestLimits limits) => services
        .AddSingleton(_ => new AccountLimits(limits))
        .AddSingleton(_ => new AddressLimits(limits));

    /// <summary>Answers 429 to whoever asks too often.</summary>
    public static IApplicationBuilder UseRateLimits(this IApplicationBuilder app)
    {
        var limits = app.ApplicationServices.GetRequiredService<AddressLimits>();
        return app.Use((http, next) =>
        {
            if (limits.Take(http))
            {
                return next(http);
            }

            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return Task.CompletedTask;
        });
    }

    /// <summary>The endpoint checks a password: its requests count as sign-ins too.</summary>
    public static RouteHandlerBuilder LimitedAsSignIn(this RouteHandlerBuilder route) => route.WithMetadata(SignInMark.It);

    /// <summary>Whether a request is for an endpoint that checks a password.</summary>
    public static bool IsSignIn(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<SignInMark>() is not null;

    /// <summary>So many a second, and so many at once.</summary>
    public static TokenBucketRateLimiterOptions Bucket(int perSecond, int atOnce) => new()
    {
        TokenLimit = atOnce, TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), AutoReplenishment = true,
    };

    private sealed class SignInMark
    {
        public static readonly SignInMark It = new();
    }
}
