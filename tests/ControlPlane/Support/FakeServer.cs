using System.Net;
using System.Net.Security;
using Lorica.Contracts.Trust;
using Lorica.Platform.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>A gRPC server with mutual TLS, as the real peers of the center have it.</summary>
internal static class FakeServer
{
    public static async Task<WebApplication> StartAsync<TService>(
        NodeIdentity self, string centerPin, TService service, Action<KestrelServerOptions, Action<ListenOptions>> listen)
        where TService : class
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc(o => o.MaxReceiveMessageSize = 8 * 1024 * 1024);
        builder.Services.AddSingleton(service);
        builder.WebHost.UseKestrelHttpsConfiguration();
        var center = new Peer(self.Ca, Roles.Center, centerPin);
        builder.WebHost.ConfigureKestrel(k => listen(k, l =>
        {
            l.Protocols = HttpProtocols.Http2;
            l.UseHttps(h =>
            {
                h.ServerCertificate = self.Certificate;
                h.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                h.ClientCertificateValidation = (certificate, _, _) => center.Accepts(certificate);
                h.OnAuthenticate = (_, ssl) => ssl.ServerCertificateContext =
                    SslStreamCertificateContext.Create(self.Certificate, null, offline: true);
            });
        }));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(
            o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        var app = builder.Build();
        app.MapGrpcService<TService>();
        await app.StartAsync();
        return app;
    }

    public static IPEndPoint Loopback(int port) => new(IPAddress.Loopback, port);
}
