namespace Lorica.Host.Telemetry;

/// <summary>
/// Two short answers for whoever starts and stops the process. <c>live</c>: it answers. <c>ready</c>: running VMs were found
/// again, every
/// datastore can be read and the programs that VMs need are there.
/// </summary>
internal static class Liveness
{
    /// <summary>Answers by path.</summary>
    public static async Task AnswerAsync(HttpContext http)
    {
        var (status, text) = http.Request.Path.Value switch
        {
            "/health/live" => (StatusCodes.Status200OK, "live"),
            "/health/ready" => Ready(http.RequestServices.GetRequiredService<HostNode>()),
            _ => (StatusCodes.Status404NotFound, "/metrics, /health/live, /health/ready"),
        };
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain";
        await http.Response.WriteAsync(text + "\n", http.RequestAborted);
    }

    private static (int Status, string Text) Ready(HostNode node)
    {
        var troubles = node.Troubles().ToList();
        return troubles.Count == 0
            ? (StatusCodes.Status200OK, "ready")
            : (StatusCodes.Status503ServiceUnavailable, string.Join('\n', troubles));
    }
}
