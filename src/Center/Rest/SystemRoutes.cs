using Lorica.Contracts.Rest;
using Lorica.ControlPlane;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Events;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Tasks;

namespace Lorica.Center.Rest;

/// <summary>Hosts, tasks, events, health.</summary>
internal static class SystemRoutes
{
    private const int DefaultEvents = 200;

    /// <summary>Maps the routes.</summary>
    public static void MapSystem(this IEndpointRouteBuilder api)
    {
        api.MapGet("/hosts", async (HttpContext http, HostDirectory hosts) => TypedResults.Json(
                new ListModel<HostModel>(await hosts.ListAsync(http.Caller(), http.RequestAborted)),
                RestJson.Default.ListModelHostModel))
            .Produces<ListModel<HostModel>>().WithTags("hosts").WithSummary("List hosts");
        api.MapGet("/hosts/{name}", async (string name, HttpContext http, HostDirectory hosts) => TypedResults.Json(
                await hosts.GetAsync(http.Caller(), name, http.RequestAborted), RestJson.Default.HostModel))
            .Produces<HostModel>().WithTags("hosts").WithSummary("Show a host");

        api.MapGet("/tasks", async (HttpContext http, TaskBoard tasks, IAuthorizer authorizer) =>
            {
                await authorizer.RequireAsync(http.Caller(), Privileges.View, ObjectRef.Root, http.RequestAborted);
                return TypedResults.Json(
                    new ListModel<TaskModel>(await tasks.ListAsync(http.RequestAborted)), RestJson.Default.ListModelTaskModel);
            })
            .Produces<ListModel<TaskModel>>().WithTags("tasks").WithSummary("List tasks, newest first");
        api.MapGet("/tasks/{id}", async (
                string id, double? waitSeconds, HttpContext http, TaskBoard tasks, IAuthorizer authorizer, IHostApplicationLifetime life) =>
            {
                await authorizer.RequireAsync(http.Caller(), Privileges.View, ObjectRef.Root, http.RequestAborted);
                var wait = TimeSpan.FromSeconds(waitSeconds is > 0 and < 3600 ? waitSeconds.Value : 0);
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
                return TypedResults.Json(await WaitAsync(tasks, id, wait, stop.Token), RestJson.Default.TaskModel);
            })
            .Produces<TaskModel>().WithTags("tasks")
                .WithSummary("Show a task; with waitSeconds at its next change, its end, or after so long");

        api.MapGet("/events", async (long? after, int? limit, HttpContext http, EventLog events, IAuthorizer authorizer) =>
            {
                await authorizer.RequireAsync(http.Caller(), Privileges.ReadEvents, ObjectRef.Root, http.RequestAborted);
                return TypedResults.Json(
                    new ListModel<EventModel>(await events.ListAsync(after, limit ?? DefaultEvents, http.RequestAborted)),
                    RestJson.Default.ListModelEventModel);
            })
            .Produces<ListModel<EventModel>>().WithTags("events")
                .WithSummary("List audit events in ascending order: the last, or those after a number");
    }

    /// <summary>A stop of the center ends the wait: the client gets the task as it is, and asks the next start.</summary>
    private static async Task<TaskModel> WaitAsync(TaskBoard tasks, string id, TimeSpan wait, CancellationToken stop)
    {
        try
        {
            return await tasks.WaitAsync(id, wait, stop);
        }
        catch (OperationCanceledException)
        {
            return await tasks.GetAsync(id, CancellationToken.None);
        }
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
