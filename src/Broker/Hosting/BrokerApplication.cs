using System.Text.Json;
using Lorica.Broker.Hosts;
using Lorica.Broker.Identities;
using Lorica.Broker.Keys;
using Lorica.Broker.Providers;
using Lorica.Broker.Service;
using Lorica.Broker.Telemetry;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Trust;
using Lorica.Crypto;
using Lorica.Platform.Trust;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Lorica.Broker.Hosting;

/// <summary>Puts the broker together: one gRPC service over mutual TLS on one Unix socket, for the pinned center only.</summary>
internal static class BrokerApplication
{
    private const int MaximumMessage = 8 * 1024 * 1024;

    public static BrokerConfig ReadConfig(string path)
    {
        var config = JsonSerializer.Deserialize(File.ReadAllBytes(path), ConfigJson.Default.BrokerConfig)
            ?? throw new InvalidOperationException($"{path} is empty.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string Full(string p) => Path.GetFullPath(p, folder);
        return config with
        {
            StateFolder = Full(config.StateFolder),
            Socket = Full(config.Socket),
            Certificate = Full(config.Certificate),
            Key = Full(config.Key),
            Ca = Full(config.Ca),
        };
    }

    public static void MakeStateFolder(string folder) =>
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    public static WebApplication Build(BrokerConfig config, int? listenFd)
    {
        MakeStateFolder(config.StateFolder);
        var self = NodeIdentity.Load(config.Certificate, config.Key, config.Ca);
        var center = new Peer(self.Ca, Roles.Center, config.CenterPin);
        // Nothing but its own file configures it. The builder would watch every folder below the one that it is started in: "/".
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
            o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffK ";
            o.UseUtcTimestamp = true;
        });
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Error);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaximumMessage;
            if (listenFd is { } fd)
            {
                kestrel.ListenHandle((ulong)fd, Secure);
            }
            else
            {
                // A socket file that a killed broker left behind is in the way of the next.
                File.Delete(config.Socket);
                kestrel.ListenUnixSocket(config.Socket, Secure);
            }
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(self);
        builder.Services.AddSingleton(SealKey.Open(config.StateFolder));
        builder.Services.AddSingleton(new HpkeReceiver());
        builder.Services.AddSingleton(s => new ProviderStore(
            config.StateFolder, s.GetRequiredService<SealKey>(), self, s.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(new HostPins(config.StateFolder, config.Hosts, config.HostPinning));
        builder.Services.AddSingleton<CircuitBreakers>();
        builder.Services.AddSingleton<ServerHabits>();
        builder.Services.AddSingleton<KeyWork>();
        builder.Services.AddSingleton<Health>();
        builder.Services.AddSingleton<IdentityProver>();
        builder.Services.AddSingleton<IdentityChanges>();
        builder.Services.AddSingleton(s => new IdleWatch(
            s.GetRequiredService<TimeProvider>(), TimeSpan.FromSeconds(config.IdleSeconds), () =>
        {
            s.GetRequiredService<ILogger<IdleWatch>>().Idle();
            s.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        }));
        builder.Services.AddSingleton<KmsCallTally>();
        builder.Services.AddSingleton(config);
        builder.Services.AddSingleton<CallInterceptor>();
        builder.Services.AddGrpc(o =>
        {
            o.MaxReceiveMessageSize = MaximumMessage;
            o.Interceptors.Add<CallInterceptor>();
        });
        var app = builder.Build();
        app.MapGrpcService<KeyBrokerService>();
        app.Services.GetRequiredService<IdleWatch>().Start();
        return app;

        void Secure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = self.Certificate;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => center.Accepts(certificate);
            });
        }
    }
}
