using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Trust;
using Lorica.Platform.Trust;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Lorica.Host.Joining;

/// <summary>
/// Waits at the host's own address for a center that knows the token. The key of the TLS connection is made here and becomes the
/// host's key; its certificate until then is signed by itself and vouches for nothing.
/// </summary>
internal sealed class JoinServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ECDsa _key;
    private readonly StateLock _held;

    private JoinServer(WebApplication app, ECDsa key, StateLock held, JoinSession session, JoinToken token, string fingerprint)
    {
        (_app, _key, _held, Session, Token, Fingerprint) = (app, key, held, session, token, fingerprint);
    }

    public JoinSession Session { get; }

    public JoinToken Token { get; }

    /// <summary>SHA-256 of the certificate that the center will see, hex.</summary>
    public string Fingerprint { get; }

    public IPEndPoint Address { get; private set; } = new(IPAddress.None, 0);

    /// <summary>
    /// Starts to wait; with <paramref name="again"/> also when the host has joined before: what it was is replaced once it has
    /// joined anew.
    /// </summary>
    public static async Task<JoinServer> StartAsync(HostConfig config, string baseFolder, bool again, TimeProvider time)
    {
        if (config.Certificate.Length > 0)
        {
            throw new InvalidOperationException(
                "The configuration names a certificate: this host is known by that. Leave out id, certificate, key, ca and "
                    + "centerPin to join.");
        }

        string state = Path.GetFullPath(config.StateFolder, baseFolder);
        var held = await StateLock.TakeAsync(state, time, CancellationToken.None);
        ECDsa? key = null;
        try
        {
            if (JoinedIdentity.Exists(state) && !again)
                throw new InvalidOperationException("This host has joined a center. Remove it there, then join with --again.");
            key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var token = JoinToken.New();
            var session = new JoinSession(token, key, config.Name, state, time);
            var now = time.GetUtcNow();
            var request = new CertificateRequest($"CN={session.HostId}, OU=joining", key, HashAlgorithmName.SHA256);
            var certificate = request.CreateSelfSigned(now.AddMinutes(-10), now.AddDays(1));
            var app = Build(IPEndPoint.Parse(config.Listen), certificate, session);
            var server = new JoinServer(
                app, key, held, session, token, certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant());
            await app.StartAsync();
            string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            server.Address = IPEndPoint.Parse(new Uri(bound).Authority);
            return server;
        }
        catch
        {
            key?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Completes when the host has joined (true), or when it was told to stop or the token expired (false).</summary>
    public async Task<bool> WaitAsync(TimeProvider time)
    {
        var stopped = _app.WaitForShutdownAsync();
        return await Task.WhenAny(Session.Joined, stopped, Task.Delay(JoinSession.Life, time)) == Session.Joined;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _key.Dispose();
        _held.Dispose();
    }

    private static WebApplication Build(IPEndPoint address, X509Certificate2 certificate, JoinSession session)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc(o => o.MaxReceiveMessageSize = 64 * 1024);
        builder.Services.AddSingleton(session);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 32;
            kestrel.Listen(address, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;

                    // Nobody is known yet: the proof binds the key that the peer shows, and its role is checked
                    // before it is obeyed.
                    https.ClientCertificateValidation = (peer, _, _) => Peer.RoleOf(peer) == Roles.Center;
                    https.OnAuthenticate = (_, tls) =>
                        tls.ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
                });
            });
        });
        var app = builder.Build();
        app.MapGrpcService<HostJoinService>();
        return app;
    }
}
