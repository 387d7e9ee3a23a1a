using Lorica.ControlPlane.Composition;

namespace Lorica.Center.Telemetry;

/// <summary>
/// Two short answers for whoever starts and stops the process. <c>live</c>: it answers; restart it when it does not.
/// <c>ready</c>: its
/// start is over and the database can be read; send it requests. Hosts, broker and KMS are told by <c>/health</c>: restarting
/// the center
/// helps none of them.
/// </summary>
internal static class Liveness
{
    /// <summary>Maps the routes on the center's own port.</summary>
    public static void MapLiveness(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", AnswerAsync).WithTags("system").WithSummary("Whether the process answers");
        app.MapGet("/health/ready", AnswerAsync)
            .WithTags("system").WithSummary("Whether the start is over and the database can be read");
    }

    /// <summary>Answers by path.</summary>
    public static async Task AnswerAsync(HttpContext http)
    {
        var (status, text) = http.Request.Path.Value switch
        {
            "/health/live" => (StatusCodes.Status200OK, "live"),
            "/health/ready" => await ReadyAsync(http),
            _ => (StatusCodes.Status404NotFound, "/metrics, /health/live, /health/ready"),
        };
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain";
        await http.Response.WriteAsync(text + "\n", http.RequestAborted);
    }

    private static async Task<(int Status, string Text)> ReadyAsync(HttpContext http)
    {
        if (!http.RequestServices.GetRequiredService<Readiness>().Started)
        {
            return (StatusCodes.Status503ServiceUnavailable, "starting");
        }

        string database = await http.RequestServices.GetRequiredService<CenterHealth>().DatabaseAsync(http.RequestAborted);
        return database == CenterHealth.Ok
            ? (StatusCodes.Status200OK, "ready") : (StatusCodes.Status503ServiceUnavailable, $"database: {database}");
    }
}
