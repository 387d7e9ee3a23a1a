using System.Globalization;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Vms.Consoles;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Serial consoles: bytes both ways.</summary>
internal static class ConsoleRoutes
{
    private const string OffsetHeader = "Lorica-Console-Offset";
    private const string Bytes = "application/octet-stream";

    /// <summary>How long an answer waits for its first bytes before it begins without them.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    /// <summary>Maps the routes.</summary>
    public static void MapConsole(this IEndpointRouteBuilder group)
    {
        group.MapGet("/{vm}/console", async (
                string vm, long? from, bool? follow, HttpContext http, VmConsole console) =>
            {
                await using var lasting = Lasting.Begin(http, ct => console.RequireAsync(http.Caller(), vm, ct));
                var parts = await console.ReadAsync(http.Caller(), vm, from ?? 0, follow ?? false, lasting.Token);
                await CopyAsync(parts, from ?? 0, http, lasting.Token);
            })
            .Produces(StatusCodes.Status200OK, contentType: Bytes)
            .WithSummary("Read the serial log from a byte offset; with follow as the guest writes it");

        group.MapPost("/{vm}/console", async (string vm, HttpContext http, VmConsole console) =>
            {
                using var buffer = new MemoryStream();
                byte[] chunk = new byte[4096];
                int read;
                while ((read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0)
                {
                    if (buffer.Length + read > VmConsole.MaximumInput)
                    {
                        return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
                    }

                    buffer.Write(chunk, 0, read);
                }

                await console.WriteAsync(
                    http.Caller(), vm, buffer.GetBuffer().AsMemory(0, (int)buffer.Length), http.RequestAborted);
                return Results.NoContent();
            })
            .Accepts<Stream>(Bytes).Produces(StatusCodes.Status204NoContent).WithSummary("Type into the serial console");
    }

    private static async Task CopyAsync(
        IAsyncEnumerable<ConsolePart> source, long from, HttpContext http, CancellationToken ct)
    {
        http.Response.ContentType = Bytes;
        http.Response.Headers.CacheControl = "no-store";
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var parts = source.GetAsyncEnumerator(ending.Token);
        Task<bool>? next = null;
        try
        {
            // The first part says where the log that is still there begins.
            next = parts.MoveNextAsync().AsTask();
            if (await Task.WhenAny(next, Task.Delay(FirstWait, ct)) != next)
            {
                http.Response.Headers[OffsetHeader] = from.ToString(CultureInfo.InvariantCulture);
                await http.Response.Body.FlushAsync(ct);
            }

            while (await next)
            {
                if (!http.Response.HasStarted)
                {
                    http.Response.Headers[OffsetHeader] = parts.Current.Offset.ToString(CultureInfo.InvariantCulture);
                }

                await http.Response.Body.WriteAsync(parts.Current.Data, ct);
                await http.Response.Body.FlushAsync(ct);
                next = parts.MoveNextAsync().AsTask();
            }

            if (!http.Response.HasStarted)
            {
                http.Response.Headers[OffsetHeader] = from.ToString(CultureInfo.InvariantCulture);
            }
        }
        catch (Exception e) when (e is FaultException or OperationCanceledException && ct.IsCancellationRequested)
        {
            // The reader left or may no longer, or the center stops.
        }
        catch (FaultException) when (!http.Response.HasStarted)
        {
            http.Response.Headers.Remove(OffsetHeader);
            throw;
        }
        finally
        {
            // Whoever stops in the middle ends what is being read: it is let go of only when nobody waits for it.
            await ending.CancelAsync();
            if (next is not null)
            {
                await ((Task)next).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }
}
