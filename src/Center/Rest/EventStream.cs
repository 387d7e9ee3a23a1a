using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lorica.Contracts.Faults;

namespace Lorica.Center.Rest;

/// <summary>
/// Server-sent events: each item is <c>event</c>, <c>id</c> and one line of JSON; a comment line when nothing happens, so that
/// both
/// ends notice a dead connection. A stop of the center ends the stream; the client comes back with <c>Last-Event-ID</c>.
/// </summary>
internal static class EventStream
{
    private const string MediaType = "text/event-stream";

    /// <summary>Sends <paramref name="items"/> until they end or the client leaves.</summary>
    public static async Task SendAsync<T>(
        HttpContext http, string name, IAsyncEnumerable<T?> items, Func<T, string?> id, JsonTypeInfo<T> type,
        CancellationToken ct)
        where T : class
    {
        await using var source = items.GetAsyncEnumerator(ct);
        try
        {
            http.Response.ContentType = MediaType;
            http.Response.Headers.CacheControl = "no-store";
            await http.Response.WriteAsync(": lorica\n\n", ct);
            await http.Response.Body.FlushAsync(ct);
            while (await source.MoveNextAsync())
            {
                await http.Response.WriteAsync(
                    source.Current is { } item ? Format(name, item, id(item), type) : ":\n\n", Encoding.UTF8, ct);
                await http.Response.Body.FlushAsync(ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The reader left or is no longer signed in, or the center stops.
        }
        catch (FaultException) when (http.Response.HasStarted)
        {
            // The reader may no longer.
        }
    }

    private static string Format<T>(string name, T item, string? id, JsonTypeInfo<T> type) =>
        $"event: {name}\n{(id is null ? "" : $"id: {id}\n")}data: {JsonSerializer.Serialize(item, type)}\n\n";
}
