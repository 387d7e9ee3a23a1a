using System.Net;
using System.Net.Security;
using Lorica.Center.Rest;
using Lorica.Center.Telemetry;
using Lorica.Contracts.Configs;
using Lorica.ControlPlane.Brokers;
using Lorica.ControlPlane.Composition;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Telemetry;
using Lorica.Platform.Trust;
using Lorica.Store;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Scalar.AspNetCore;

namespace Lorica.Center.Hosting;

/// <summary>Composition of the center. The order of its start: lock of the state folder, database, hosts' table, silo and
/// listener, hosts and tasks.</summary>
internal static class CenterApplication
{
    /// <summary>How long a stop may take before what still runs is cut off.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Builds and starts a center; the caller stops and disposes it.</summary>
    public static async Task<WebApplication> StartAsync(CenterConfig config, CancellationToken ct)
    {
        var identity = new CenterIdentity(NodeIdentity.Load(config.Certificate, config.Key, config.Ca));
        var held = await StateLock.TakeAsync(config.StateFolder, TimeProvider.System, ct);
        CenterStore? store = null;
        try
        {
            store = await CenterStore.OpenAsync(config.StateFolder, ct);
            return await StartAsync(config, identity, store, held, ct);
        }
        catch
        {
            store?.Dispose();
            held.Dispose();
            throw;
        }
    }

    private static async Task<WebApplication> StartAsync(
        CenterConfig config, CenterIdentity identity, CenterStore store, StateLock held, CancellationToken ct)
    {
        // Nothing but its own file configures it: the builder need not watch a folder for another.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        ConfigureLogging(builder.Logging, config.Telemetry);
        builder.Services.AddTelemetry(config.Telemetry, ThisAssembly.Version);
        builder.Services.AddSingleton<Readiness>();
        ConfigureListener(builder.WebHost, config, identity);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = StopTimeout);
        builder.Services.AddControlPlane(store, identity, new BrokerOptions(config.BrokerSocket, config.BrokerPin), config.Hosts);
        builder.Services.AddSingleton<IHostCertificates>(
            p => new Pki.HostCertificates(Path.GetDirectoryName(config.Ca)!, p.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<Lorica.ControlPlane.Providers.IBrokerCertificates>(
            p => new Pki.BrokerCertificates(Path.GetDirectoryName(config.Ca)!, p.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<CenterHealth>();
        builder.Services.AddRateLimits(config.Limits);
        builder.Services.AddSingleton(RequestFingerprints.Load(config.StateFolder));
        builder.Services.ConfigureHttpJsonOptions(o =>
            o.SerializerOptions.TypeInfoResolverChain.Insert(0, Contracts.Rest.RestJson.Default));
        builder.Services.AddOpenApi(
            o => o.AddDocumentTransformer<ApiDescription>().AddOperationTransformer<OperationDescription>());
        builder.Host.UseOrleans(silo => silo.UseAlone());

        var app = builder.Build();
        app.Lifetime.ApplicationStopped.Register(() =>
        {
            store.Dispose();
            held.Dispose();
        });
        app.UseTelemetry(config.Telemetry);
        app.UseRequestSpans();
        app.UseMiddleware<FaultMiddleware>();
        app.UseRouting();
        app.UseNamedSegments();
        app.UseRateLimits();
        MapRoutes(app);

        var start = app.Services.GetRequiredService<ControlPlaneStart>();
        await start.PrepareAsync(ct);
        await app.StartAsync(ct);
        await start.RunAsync(ct);
        app.Services.GetRequiredService<Readiness>().Set();
        return app;
    }

    private static void MapRoutes(WebApplication app)
    {
        app.MapHealth();
        app.MapLiveness();
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapScalarApiReference(
            "/docs", o => o.WithTitle("Lorica").WithOpenApiRoutePattern("/openapi/v1.json").DisableDefaultFonts());
        var open = app.MapGroup("/api/v1");
        var api = app.MapGroup("/api/v1").AddEndpointFilter<RouteGroupBuilder, CallerFilter>()
            .AddEndpointFilter<RouteGroupBuilder, IdempotencyFilter>().AddEndpointFilter<RouteGroupBuilder, IfMatchFilter>();
        open.MapSessions(api);
        api.MapPeople();
        api.MapRoles();
        api.MapTokens();
        api.MapTasks();
        api.MapEvents();
        api.MapAlarms();
        api.MapHosts();
        api.MapInventory();
        api.MapProviders();
        api.MapPolicies();
        api.MapKeys();
        api.MapVms();
    }

    private static void ConfigureListener(IWebHostBuilder web, CenterConfig config, CenterIdentity identity)
    {
        var listen = IPEndPoint.Parse(config.Listen);
        web.UseKestrelHttpsConfiguration();
        web.ConfigureKestrel(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = Body.Maximum;
            o.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            o.Limits.MaxConcurrentConnections = 1000;
            o.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            var context = SslStreamCertificateContext.Create(identity.Node.Certificate, null, offline: true);
            o.Listen(listen, l =>
            {
                l.Protocols = HttpProtocols.Http1AndHttp2;
                l.UseHttps(https =>
                {
                    https.ServerCertificate = identity.Node.Certificate;
                    https.OnAuthenticate = (_, ssl) => ssl.ServerCertificateContext = context;
                });
                o.ListenForTelemetry(config.Telemetry);
            });
        });
    }

    private static void ConfigureLogging(ILoggingBuilder logging, TelemetryConfig telemetry)
    {
        logging.ClearProviders();
        if (telemetry.JsonLog || Environment.GetEnvironmentVariable("LORICA_LOG_FORMAT") == "json")
        {
            logging.AddJsonConsole(o => (o.UseUtcTimestamp, o.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
        }
        else
        {
            logging.AddSimpleConsole(o =>
            {
                o.SingleLine = true;
                o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                o.UseUtcTimestamp = true;
                o.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
            });
        }

        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("Lorica", LogLevel.Information);
        logging.AddFilter(CenterStore.LogCategory, LogLevel.Error);
        logging.AddFilter("Orleans", LogLevel.Warning);
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);
        // Its stopwatch begins before the process does and then reports hours.
        logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
    }
}
