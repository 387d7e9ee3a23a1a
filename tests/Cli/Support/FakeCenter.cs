using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lorica.Contracts.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lorica.Cli.Tests.Support;

/// <summary>A center that answers what a test scripted, over real HTTPS. What was not scripted is 404 without a body.</summary>
internal sealed class FakeCenter : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, RequestDelegate> _answers = new();

    private FakeCenter(WebApplication app) => _app = app;

    public string Address
        => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>"METHOD path?query" of every request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static async Task<FakeCenter> StartAsync(TestCa pki, string role = "center")
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(pki.Server(role)));
        });
        var app = builder.Build();
        var center = new FakeCenter(app);
        app.Run(center.AnswerAsync);
        await app.StartAsync();
        return center;
    }

    /// <summary>Scripts an answer for "METHOD path" (without the query).</summary>
    public void On(string request, RequestDelegate answer) => _answers[request] = answer;

    /// <summary>Scripts a JSON answer.</summary>
    public void On<T>(string request, T answer, JsonTypeInfo<T> type, int status = 200)
        => On(request, context => WriteAsync(context, answer, type, status));

    /// <summary>Scripts a refusal.</summary>
    public void Refuse(string request, ProblemModel problem)
        => On(request, context => WriteAsync(
            context, problem, RestJson.Default.ProblemModel, problem.Status, "application/problem+json"));

    public static async Task WriteAsync<T>(
        HttpContext context, T answer, JsonTypeInfo<T> type, int status, string media = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = media;
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer, type));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        if (_answers.TryGetValue($"{context.Request.Method} {context.Request.Path}", out var answer))
            return answer(context);
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
