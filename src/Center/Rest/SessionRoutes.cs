using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;

namespace Lorica.Center.Rest;

/// <summary>Signing in and out.</summary>
internal static class SessionRoutes
{
    /// <summary>Where the caller is; of IPv6 the network, since one machine has as many addresses in it as it likes.</summary>
    private static string Address(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } address)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        return bytes.Length == 16 ? Convert.ToHexStringLower(bytes.AsSpan(0, 8)) : address.ToString();
    }

    /// <summary>Maps the routes.</summary>
    public static void MapSessions(this IEndpointRouteBuilder open, IEndpointRouteBuilder api)
    {
        open.MapPost("/session", async (HttpContext http, SignInService signIn) =>
            {
                var body = await Body.ReadAsync<SignInRequest>(http);
                var session = await signIn.SignInAsync(body.User, body.Password, Address(http), http.RequestAborted);
                return TypedResults.Json(new SessionModel(session.User, session.Token, session.ExpiresAt), RestJson.Default.SessionModel);
            })
            .Accepts<SignInRequest>("application/json").Produces<SessionModel>().RequireRateLimiting(RateLimits.SignIn)
            .WithSummary("Sign in").WithTags("session");

        api.MapDelete("/session", async (HttpContext http, SignInService signIn) =>
            {
                await signIn.SignOutAsync(CallerFilter.Token(http)!, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Produces(StatusCodes.Status204NoContent).WithSummary("Sign out").WithTags("session");
    }
}
