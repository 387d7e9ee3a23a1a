using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Routes that begin operations on VMs.</summary>
internal static class OperationRoutes
{
    /// <summary>Maps a route that turns a body into the request of an operation.</summary>
    public static RouteHandlerBuilder MapOperation<TBody>(
        this IEndpointRouteBuilder group, string path, Func<string, TBody, object> toRequest, params string[] kinds)
        where TBody : class =>
        Map(group, path, async (http, vm) => toRequest(vm, await Body.ReadAsync<TBody>(http)))
            .Accepts<TBody>("application/json").Edits(ObjectKinds.Vm).Begins(kinds);

    /// <summary>Says of which kinds the tasks are that a route begins.</summary>
    public static RouteHandlerBuilder Begins(this RouteHandlerBuilder route, params string[] kinds) =>
        route.Produces<TaskModel>(StatusCodes.Status202Accepted).WithMetadata(new BegunKinds(kinds));

    /// <summary>The answer: a task that is under way.</summary>
    public static IResult Accepted(TaskModel task) =>
        TypedResults.Json(task, RestJson.Default.TaskModel, statusCode: StatusCodes.Status202Accepted);

    private static RouteHandlerBuilder Map(
        IEndpointRouteBuilder group, string path, Func<HttpContext, string, Task<object>> read) =>
        group.MapPost(path, async (string vm, HttpContext http, VmService vms) =>
        {
            object request = await read(http, vm);
            return Accepted(await vms.BeginAsync(http.Caller(), vm, request, http.RequestAborted));
        });
}
