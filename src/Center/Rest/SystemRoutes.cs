using Lorica.Contracts.Rest;
using Lorica.ControlPlane;
using Lorica.ControlPlane.Hosts;

namespace Lorica.Center.Rest;

/// <summary>Hosts, health.</summary>
internal static class SystemRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void MapSystem(this IEndpointRouteBuilder api)
    {
        api.MapGet("/hosts", async (HttpContext http, HostDirectory hosts) => TypedResults.Json(
                new ListModel<HostModel>(await hosts.ListAsync(http.Caller(), http.RequestAborted)),
                RestJson.Default.ListModelHostModel))
            .Paged<HostModel>(h => h.Name + "\0" + h.Id, ("name", h => h.Name), ("state", h => h.State))
            .Produces<ListModel<HostModel>>().WithTags("hosts").WithSummary("List hosts");
        api.MapGet("/hosts/{name}", async (string name, HttpContext http, HostDirectory hosts) => TypedResults.Json(
                await hosts.GetAsync(http.Caller(), name, http.RequestAborted), RestJson.Default.HostModel))
            .Produces<HostModel>().WithTags("hosts").WithSummary("Show a host");
    }

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
