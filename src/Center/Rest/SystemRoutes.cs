using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Composition;

namespace Lorica.Center.Rest;

/// <summary>Health.</summary>
internal static class SystemRoutes
{
    /// <summary>Maps the health of the center.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app) =>
        app.MapGet("/health", async (HttpContext http, CenterHealth health) =>
            {
                var model = await health.ReadAsync(http.RequestAborted);
                return TypedResults.Json(model, RestJson.Default.HealthModel,
                    statusCode: model.Status == "failed" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
            })
            .Produces<HealthModel>().WithTags("system").WithSummary("Health of the center and of what it needs");
}
