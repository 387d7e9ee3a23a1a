using Lorica.Contracts.Rest;
using Lorica.ControlPlane.History;
using Lorica.Model;
using Lorica.Store.Queries;

namespace Lorica.Center.Rest;

/// <summary>Tasks.</summary>
internal static class TaskRoutes
{
    private const int DefaultPage = 200;

    /// <summary>Maps the routes.</summary>
    public static void MapTasks(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/tasks").WithTags("tasks");
        group.MapGet("", async (
                string? state, string? kind, string? @object, string? user, string? parent, DateTimeOffset? since,
                DateTimeOffset? until, string? cursor, HttpContext http, TaskService tasks) =>
            {
                var query = new TaskQuery
                {
                    State = state, Kind = kind, Object = @object, User = user, Parent = parent, Since = since,
                    Until = until, Cursor = cursor, Limit = Paging.Limit(http.Request.Query, DefaultPage, TaskQuery.MaximumLimit),
                };
                return TypedResults.Json(
                    await tasks.ListAsync(http.Caller(), query, http.RequestAborted), RestJson.Default.ListModelTaskModel);
            })
            .Describe([("limit", "Most tasks of the page: 200, at most 500.")])
            .Produces<ListModel<TaskModel>>().WithSummary("List tasks, newest first");
        group.MapGet("/stream", async (HttpContext http, TaskService tasks) =>
            {
                await using var lasting = Lasting.Begin(http);
                await EventStream.SendAsync(
                    http, "task", tasks.WatchAsync(http.Caller(), lasting.Token), _ =>
                        null, RestJson.Default.TaskModel, lasting.Token);
            })
            .Produces<TaskModel>(contentType: "text/event-stream")
            .WithSummary("Server-sent events: the unfinished tasks, then every change");
        group.MapGet("/{id}",
            async (string id, double? waitSeconds, HttpContext http, TaskService tasks, IHostApplicationLifetime life) =>
            {
                var wait = TimeSpan.FromSeconds(waitSeconds is > 0 and < 3600 ? waitSeconds.Value : 0);
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
                return TypedResults.Json(await WaitAsync(tasks, http.Caller(), id, wait, stop.Token), RestJson.Default.TaskModel);
            })
            .Produces<TaskModel>().WithSummary("Show a task; with waitSeconds at its next change, its end, or after so long");
        group.MapPost("/{id}/cancel", async (string id, HttpContext http, TaskService tasks) =>
                TypedResults.Json(
                    await tasks.CancelAsync(http.Caller(), id, http.RequestAborted), RestJson.Default.TaskModel,
                    statusCode: StatusCodes.Status202Accepted))
            .Produces<TaskModel>(StatusCodes.Status202Accepted)
            .WithSummary("Ask a task to end; it has ended when its state says so");
    }

    /// <summary>A stop of the center ends the wait: the client gets the task as it is, and asks the next start.</summary>
    private static async Task<TaskModel> WaitAsync(
        TaskService tasks, Caller caller, string id, TimeSpan wait, CancellationToken stop)
    {
        try
        {
            return await tasks.GetAsync(caller, id, wait, stop);
        }
        catch (OperationCanceledException)
        {
            return await tasks.GetAsync(caller, id, TimeSpan.Zero, CancellationToken.None);
        }
    }
}
