using System.Globalization;
using System.Text.Json;
using Lorica.Contracts.Events;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.History;
using Lorica.Store;
using Lorica.Store.Queries;

namespace Lorica.Center.Rest;

/// <summary>Audit events.</summary>
internal static class EventRoutes
{
    private const int DefaultPage = 200;
    private const string JsonLines = "application/jsonl";

    /// <summary>Maps the routes.</summary>
    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/events").WithTags("events");
        group.MapGet("", async (
                long? after, string? cursor, string? id, string? @object, string? user, string? outcome,
                DateTimeOffset? since, DateTimeOffset? until, HttpContext http, EventService events) =>
            {
                var query = Query(cursor is null ? after : Cursor.Number(cursor), id, @object, user, outcome, since, until)
                    with
                { Limit = Paging.Limit(http.Request.Query, DefaultPage, EventQuery.MaximumLimit) };
                return TypedResults.Json(
                    await events.ListAsync(http.Caller(), query, http.RequestAborted), RestJson.Default.ListModelEventModel);
            })
            .Describe([("limit", "Most events of the page: 200, at most 1000.")])
            .Produces<ListModel<EventModel>>()
            .WithSummary("List audit events in ascending order: the last, or those after a number");
        group.MapGet("/head", async (bool? verify, HttpContext http, EventService events) => TypedResults.Json(
                await events.HeadAsync(http.Caller(), verify ?? false, http.RequestAborted), RestJson.Default.EventHeadModel))
            .Produces<EventHeadModel>().WithSummary("The end of the chain of events; with verify after walking all of it");
        group.MapGet("/export", async (
                long? after, string? id, string? @object, string? user, string? outcome,
                DateTimeOffset? since, DateTimeOffset? until, HttpContext http, EventService events) =>
            {
                var items = await events.ExportAsync(
                    http.Caller(), Query(after, id, @object, user, outcome, since, until), http.RequestAborted);
                http.Response.ContentType = JsonLines;
                http.Response.Headers.CacheControl = "no-store";
                await foreach (var item in items)
                {
                    await http.Response.Body.WriteAsync(
                        JsonSerializer.SerializeToUtf8Bytes(item, RestJson.Default.EventModel), http.RequestAborted);
                    await http.Response.Body.WriteAsync("\n"u8.ToArray(), http.RequestAborted);
                }
            })
            .Produces<EventModel>(contentType: JsonLines).WithSummary("Export audit events as JSON lines, in ascending order");
        group.MapGet("/stream", async (
                long? after, string? id, string? @object, string? user, string? outcome, HttpContext http,
                EventService events) =>
            {
                await using var lasting = Lasting.Begin(http);
                long? last = http.Request.Headers["Last-Event-ID"] is [{ } text]
                    && long.TryParse(text, CultureInfo.InvariantCulture, out long number)
                    ? number : after;
                await EventStream.SendAsync(
                    http, "event", await events.WatchAsync(
                        http.Caller(), Query(last, id, @object, user, outcome, null, null), lasting.Token),
                    e => e.Number.ToString(CultureInfo.InvariantCulture), RestJson.Default.EventModel, lasting.Token);
            })
            .Produces<EventModel>(contentType: "text/event-stream")
            .WithSummary("Server-sent events: audit events as they are written, from after a number or Last-Event-ID");
    }

    private static EventQuery Query(
        long? after, string? id, string? about, string? user, string? outcome, DateTimeOffset? since, DateTimeOffset? until)
    {
        if (outcome is not null && !EventOutcomes.All.Contains(outcome, StringComparer.Ordinal))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.outcome",
                outcome.Length > 40 ? outcome[..40] : outcome, "There is no such outcome of an event.",
                $"Ask for one of: {string.Join(", ", EventOutcomes.All)}."));
        }

        return new EventQuery
        {
            After = after, Id = id, Object = about, User = user, Outcome = outcome, Since = since, Until = until,
        };
    }
}
