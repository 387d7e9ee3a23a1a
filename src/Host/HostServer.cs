using System.Net;
using System.Net.Security;
using Lorica.Contracts.Configs;
using Lorica.Host.Service;
using Lorica.Host.Telemetry;
using Lorica.Platform.Trust;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Lorica.Host;

/// <summary>The gRPC server of a host: HTTP/2 over mutual TLS, and only for the pinned center.</summary>
internal sealed class HostServer : IAsyncDisposable
{
    private const int MaximumMessage = 2 * 1024 * 1024;

    private readonly WebApplication _app;

    private HostServer(WebApplication app, HostNode node) => (_app, Node) = (app, node);

    public HostNode Node { get; }

    /// <summary>The address it listens on, with the real port.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.None, 0);

    /// <summary>
    /// Puts a host together and starts it. Relative paths of the configuration are relative to <paramref name="baseFolder"/>.
    /// </summary>
    public static async Task<HostServer> StartAsync(HostConfig config, string baseFolder, TimeProvider time)
    {
        // Nothing but its own file configures it: the builder need not watch a folder for another.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.Logging.ClearProviders();
        builder.Services.AddTelemetry(config.Telemetry, HostNode.Version);
        if (config.Telemetry.JsonLog || Environment.GetEnvironmentVariable("LORICA_LOG_FORMAT") == "json")
        {
            builder.Logging.AddJsonConsole(o => (o.UseUtcTimestamp, o.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
        }
        else
        {
            builder.Logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            o.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
        }

        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton(
            services => new HostNode(config, baseFolder, time, services.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddGrpc(o =>
        {
            o.Interceptors.Add<FaultInterceptor>();
            o.MaxReceiveMessageSize = MaximumMessage;
            o.IgnoreUnknownServices = false;
        });
        builder.WebHost.ConfigureKestrel((_, kestrel) =>
        {
            Listen(kestrel, config);
            kestrel.ListenForTelemetry(config.Telemetry);
        });
        var app = builder.Build();
        app.UseTelemetry(config.Telemetry);
        app.UseRouting();
        app.MapGrpcService<HostControlService>();
        var node = app.Services.GetRequiredService<HostNode>();
        app.Lifetime.ApplicationStopping.Register(node.Stop);
        var server = new HostServer(app, node);
        try
        {
            await node.StartAsync();
            await app.StartAsync();
            var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
            string bound = addresses.First(a => a.StartsWith("https:", StringComparison.Ordinal));
            server.Address = IPEndPoint.Parse(new Uri(bound).Authority);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the host was told to stop (SIGTERM, SIGINT) and has.</summary>
    public Task WaitAsync() => _app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        Node.Stop();
        await _app.StopAsync();
        await Node.Jobs.DrainAsync();
        await _app.DisposeAsync();
    }

    private static void Listen(KestrelServerOptions kestrel, HostConfig config)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Listen(IPEndPoint.Parse(config.Listen), listen =>
        {
            var identity = kestrel.ApplicationServices.GetRequiredService<HostNode>().Identity;
            var context = SslStreamCertificateContext.Create(identity.Certificate, null, offline: true);
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = identity.Certificate;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.OnAuthenticate = (_, tls) =>
                {
                    tls.ServerCertificateContext = context;
                    tls.CertificateChainPolicy = Peer.ChainPolicy(identity.Center.Ca);
                };

                // The chain (with its purpose) is TLS's to check; role and pin are ours.
                https.ClientCertificateValidation = (certificate, _, errors) => errors == SslPolicyErrors.None
                    && identity.Center.Accepts(certificate);
            });
        });
    }
}
