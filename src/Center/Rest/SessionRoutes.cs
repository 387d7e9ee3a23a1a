using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Signing in and out.</summary>
internal static class SessionRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void MapSessions(this IEndpointRouteBuilder open, IEndpointRouteBuilder api)
    {
        open.MapPost("/session", async (HttpContext http, SignInService signIn) =>
            {
                var body = await Body.ReadAsync<SignInRequest>(http);
                // Nobody is signed in yet: whom they say they are stands only in what is written about that name.
                using var acting = CurrentCaller.Enter(new Caller(body.User) { Origin = CallerFilter.Origin(http, "") });
                var session = await signIn.SignInAsync(body.User, body.Password, ClientAddress.Of(http), http.RequestAborted);
                return TypedResults.Json(
                    new SessionModel(session.User, session.Token, session.ExpiresAt), RestJson.Default.SessionModel);
            })
            .Accepts<SignInRequest>("application/json").Produces<SessionModel>().LimitedAsSignIn()
            .WithSummary("Sign in").WithTags("session");

        api.MapDelete("/session", async (HttpContext http, SignInService signIn) =>
            {
                await signIn.SignOutAsync(CallerFilter.Token(http)!, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Produces(StatusCodes.Status204NoContent).WithSummary("Sign out").WithTags("session");

        api.MapGet("/sessions", async (HttpContext http, SessionService sessions) => TypedResults.Json(
                new ListModel<OpenSessionModel>(await sessions.ListAsync(http.Caller(), http.RequestAborted)),
                RestJson.Default.ListModelOpenSessionModel))
            .Paged<OpenSessionModel>(s => s.User + "\0" + s.Id, ("user", s => s.User))
            .Produces<ListModel<OpenSessionModel>>().WithTags("session")
            .WithSummary("List open sessions: one's own, or all for who may end them");

        api.MapDelete("/sessions/{id}", async (string id, HttpContext http, SessionService sessions) =>
            {
                await sessions.EndAsync(http.Caller(), id, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Produces(StatusCodes.Status204NoContent).WithTags("session").WithSummary("End a session");
    }
}
