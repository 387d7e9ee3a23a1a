using Lorica.Contracts.Rest;
using Lorica.ControlPlane.History;

namespace Lorica.Center.Rest;

/// <summary>Alarms.</summary>
internal static class AlarmRoutes
{
    private const int DefaultPage = 200;

    /// <summary>Maps the routes.</summary>
    public static void MapAlarms(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/alarms").WithTags("alarms");
        group.MapGet("",
            async (bool? history, string? @object, string? alarm, string? cursor, HttpContext http, AlarmService alarms) =>
            {
                int limit = Paging.Limit(http.Request.Query, DefaultPage, AlarmService.MaximumPage);
                return TypedResults.Json(
                    await alarms.ListAsync(http.Caller(), history ?? false, @object, alarm, limit, cursor, http.RequestAborted),
                    RestJson.Default.ListModelAlarmModel);
            })
            .Describe([("limit", "Most alarms of the page: 200, at most 500.")])
            .Produces<ListModel<AlarmModel>>()
            .WithSummary("List alarms, newest first: those that are raised, or with history all");
        group.MapPost("/{number:long}/acknowledge", async (long number, HttpContext http, AlarmService alarms) =>
                TypedResults.Json(
                    await alarms.AcknowledgeAsync(http.Caller(), number, http.RequestAborted), RestJson.Default.AlarmModel))
            .Produces<AlarmModel>().WithSummary("Say that an alarm was seen; it stays raised");
    }
}
