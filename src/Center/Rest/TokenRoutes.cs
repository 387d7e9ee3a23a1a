using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;

namespace Lorica.Center.Rest;

/// <summary>API tokens.</summary>
internal static class TokenRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void MapTokens(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/tokens").WithTags("API tokens");
        group.MapGet("", async (bool? all, HttpContext http, TokenService service) => TypedResults.Json(
                new ListModel<TokenModel>(await service.ListAsync(http.Caller(), all ?? false, http.RequestAborted)),
                RestJson.Default.ListModelTokenModel))
            .Paged<TokenModel>(t => t.User + "\0" + t.Id, ("user", t => t.User))
            .Produces<ListModel<TokenModel>>().WithSummary("List one's own tokens; with all everybody's");

        group.MapPost("", async (HttpContext http, TokenService service) =>
            {
                var body = await Body.ReadAsync<CreateTokenBody>(http);
                var token = await service.CreateAsync(http.Caller(), body, http.RequestAborted);
                http.Response.Headers.CacheControl = "no-store";
                return TypedResults.Json(token, RestJson.Default.CreatedTokenModel, statusCode: StatusCodes.Status201Created);
            })
            .Accepts<CreateTokenBody>("application/json")
            .WithMetadata(new SecretAnswer()).Produces<CreatedTokenModel>(StatusCodes.Status201Created)
            .WithSummary("Make a token for oneself; the secret is told only here");

        group.MapDelete("/{id}", async (string id, HttpContext http, TokenService service) =>
            {
                await service.RevokeAsync(http.Caller(), id, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Produces(StatusCodes.Status204NoContent).WithSummary("Revoke a token");
    }
}
