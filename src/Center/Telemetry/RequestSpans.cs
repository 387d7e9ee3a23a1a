using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Lorica.Center.Telemetry;

/// <summary>
/// Names the span of each request by its route and says how it was answered. The route, not the path: what people call their
/// objects, and whatever else stands in an address, is in no span of a request.
/// </summary>
internal static class RequestSpans
{
    /// <summary>Adds it; the route must be known by then.</summary>
    public static void UseRequestSpans(this WebApplication app) => app.Use(async (http, next) =>
    {
        try
        {
            await next(http);
        }
        finally
        {
            if (http.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } activity)
            {
                Tell(activity, http);
            }
        }
    });

    private static void Tell(Activity activity, HttpContext http)
    {
        string route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "no route";
        activity.DisplayName = $"{http.Request.Method} {route}";
        activity.SetTag("http.request.method", http.Request.Method)
            .SetTag("http.route", route).SetTag("http.response.status_code", http.Response.StatusCode);
        if (http.Response.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }
}
