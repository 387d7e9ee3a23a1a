using System.Net;
using Lorica.Contracts.Configs;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Lorica.Host.Telemetry;

/// <summary>
/// Metrics and traces of this process. Nothing is loaded that is not configured. What has no sign-in is told on a listener of
/// its own,
/// on loopback; that listener serves nothing else, and the API is not served there.
/// </summary>
internal static class TelemetrySetup
{
    private const string Service = "lorica-host";
    private const string Marker = "lorica.telemetry";

    /// <summary>Adds what <paramref name="config"/> wants.</summary>
    public static void AddTelemetry(this IServiceCollection services, TelemetryConfig config, string version)
    {
        string? otlp = config.Otlp ?? Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT");
        if (config.Listen is null && string.IsNullOrEmpty(otlp))
        {
            return;
        }

        var telemetry = services.AddOpenTelemetry().ConfigureResource(r => r.AddService(Service, serviceVersion: version));
        if (config.Listen is not null)
        {
            telemetry.WithMetrics(m => m
                .AddMeter("Lorica.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                .AddPrometheusExporter());
        }

        if (!string.IsNullOrEmpty(otlp))
        {
            telemetry.WithTracing(t => t
                .AddSource("Lorica.*", "Microsoft.AspNetCore")
                .AddOtlpExporter(o => o.Endpoint = new Uri(otlp)));
        }
    }

    /// <summary>Opens the listener.</summary>
    public static void ListenForTelemetry(this KestrelServerOptions kestrel, TelemetryConfig config)
    {
        if (config.Listen is null)
        {
            return;
        }

        var address = IPEndPoint.Parse(config.Listen);
        if (!IPAddress.IsLoopback(address.Address))
        {
            throw new InvalidOperationException(
                $"telemetry.listen is {address}: without TLS and sign-in only loopback is allowed.");
        }

        kestrel.Listen(address, l =>
        {
            l.Protocols = HttpProtocols.Http1;
            l.Use(next => connection =>
            {
                connection.Items[Marker] = true;
                return next(connection);
            });
        });
    }

    /// <summary>Serves the listener, before anything else of the process is looked at.</summary>
    public static void UseTelemetry(this WebApplication app, TelemetryConfig config)
    {
        if (config.Listen is null)
        {
            return;
        }

        app.MapWhen(IsTelemetry, branch =>
        {
            branch.UseOpenTelemetryPrometheusScrapingEndpoint();
            branch.Run(Liveness.AnswerAsync);
        });
    }

    private static bool IsTelemetry(HttpContext http) =>
        http.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(Marker) == true;
}
