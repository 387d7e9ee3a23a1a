using Lorica.Contracts.Faults;
using Lorica.Store;

namespace Lorica.Center.Rest;

/// <summary>
/// Turns whatever goes wrong into problem details. A fault is shown as it is; anything else gets a fixed text and a correlation
/// id under which the log has the rest. Answers without a body (unknown route, wrong method) get one too.
/// </summary>
internal sealed partial class FaultMiddleware(
    RequestDelegate next, IHostApplicationLifetime life, CenterStore store, TimeProvider time, ILogger<FaultMiddleware> log)
{
    /// <summary>How often the log says that the disk is full.</summary>
    private static readonly TimeSpan SayAgain = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _saidFull;

    /// <summary>Handles one request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
            if (!http.Response.HasStarted && http.Response.StatusCode >= 400)
            {
                await FaultResults.WriteAsync(http, Bare(http));
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read an answer.
        }
        catch (Exception e) when (life.ApplicationStopping.IsCancellationRequested && !http.Response.HasStarted
            && e is not FaultException)
        {
            await FaultResults.WriteAsync(http, new Fault(FaultTypes.HostCommunication, "lorica.stopping", http.Request.Path,
                "The center stops.", "Ask again when it runs; work that began goes on."));
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            await AnswerAsync(http, e);
        }
    }

    private async Task AnswerAsync(HttpContext http, Exception e)
    {
        // What was set for a good answer does not belong to a refusal.
        http.Response.Headers.Remove("Lorica-Console-Offset");
        switch (e)
        {
            case FaultException f:
                if (f.InnerException is { } inner)
                {
                    LogRefused(log, f.Fault.Type, f.Fault.Key, inner.Message);
                }

                await FaultResults.WriteAsync(http, f.Fault);
                break;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                await FaultResults.WriteAsync(
                    http, new Fault(FaultTypes.InvalidArgument, "lorica.bodyTooLarge", http.Request.Path,
                    "The body of the request is too large.", "Send less."));
                break;
            case BadHttpRequestException b:
                await FaultResults.WriteAsync(http, new Fault(FaultTypes.InvalidArgument, "lorica.badRequest", http.Request.Path,
                    "The request is malformed.", b.InnerException is null ? "" : "See the API at /docs."));
                break;
            case var _ when StorageFull.Find(e, store.Folder) is { } full:
                SayFull(full.Message);
                await FaultResults.WriteAsync(http, full);
                break;
            case TimeoutException:
                LogRefused(log, FaultTypes.HostCommunication, "lorica.tooSlow", e.Message);
                await FaultResults.WriteAsync(http, new Fault(FaultTypes.HostCommunication, "lorica.tooSlow", http.Request.Path,
                    "A host or a key provider did not answer in time.", "Look at their state, then try again."));
                break;
            default:
                string id = CorrelationId.Of(http);
                LogFailed(log, e, id, http.Request.Method, http.Request.Path);
                await FaultResults.WriteAsync(http, new Fault(FaultTypes.SystemError, "lorica.systemError", http.Request.Path,
                    "Internal error.", $"The center's log has more under {id}."), id);
                break;
        }
    }

    private void SayFull(string message)
    {
        lock (_gate)
        {
            if (_saidFull is { } at && time.GetElapsedTime(at) < SayAgain)
            {
                return;
            }

            _saidFull = time.GetTimestamp();
        }

        LogFull(log, message);
    }

    private static Fault Bare(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status405MethodNotAllowed => new Fault(
            FaultTypes.InvalidArgument, "lorica.methodNotAllowed", http.Request.Path,
            $"{http.Request.Method} is not allowed at {http.Request.Path}.", "See the API at /docs."),
        StatusCodes.Status413PayloadTooLarge => new Fault(FaultTypes.InvalidArgument, "lorica.bodyTooLarge", http.Request.Path,
            "The body of the request is too large.", "Send less."),
        StatusCodes.Status415UnsupportedMediaType => new Fault(FaultTypes.InvalidArgument, "lorica.mediaType", http.Request.Path,
            "The body has another media type than the operation takes.", "See the API at /docs."),
        StatusCodes.Status429TooManyRequests => new Fault(FaultTypes.SystemError, "lorica.tooManyRequests", http.Request.Path,
            "Too many requests from this address.", "Wait a second."),
        StatusCodes.Status404NotFound => new Fault(FaultTypes.NotFound, "lorica.noSuchResource", http.Request.Path,
            $"There is nothing at {http.Request.Path}.", "See the API at /docs."),
        _ => new Fault(FaultTypes.InvalidArgument, "lorica.badRequest", http.Request.Path, "The request is malformed.",
            "See the API at /docs."),
    };

    [LoggerMessage(3001, LogLevel.Information, "Refused with {Type} {Key}: {Reason}")]
    private static partial void LogRefused(ILogger log, string type, string key, string reason);

    [LoggerMessage(3003, LogLevel.Error, "{Message} Whatever must be written is refused until there is room")]
    private static partial void LogFull(ILogger log, string message);

    [LoggerMessage(3002, LogLevel.Error, "Request failed, correlation id {Id}: {Method} {Path}")]
    private static partial void LogFailed(ILogger log, Exception e, string id, string method, string path);
}
