using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lorica.Center.Hosting;
using Lorica.Center.Pki;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Rest;
using Lorica.Contracts.Trust;
using Lorica.Platform.Trust;
using Lorica.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>A whole center in this process, with a fake host and a fake broker behind real mutual TLS.</summary>
internal sealed partial class TestCenter : IAsyncDisposable
{
    public const string Password = "correct horse battery";
    public const string HostId = "8d4f4a52-1111-4222-8333-444455556666";
    public const string SecondHostId = "8d4f4a52-2222-4222-8333-444455556666";

    private readonly string _folder;
    private readonly CenterConfig _config;
    private readonly List<WebApplication> _hostServers;
    private readonly WebApplication _brokerServer;
    private WebApplication _app;
    private FailedStatements? _failed;

    private TestCenter(string folder, CenterConfig config, List<WebApplication> hostServers, WebApplication brokerServer,
        WebApplication app)
    {
        _folder = folder;
        _config = config;
        _hostServers = hostServers;
        _brokerServer = brokerServer;
        _app = app;
        Http = null!;
    }

    /// <summary>The first host, <c>h1</c>.</summary>
    public FakeHost Host => Hosts[0];

    /// <summary>All hosts: <c>h1</c>, <c>h2</c>. They see one datastore, <c>ds1</c>.</summary>
    public IReadOnlyList<FakeHost> Hosts { get; private init; } = null!;

    public FakeBroker Broker { get; private init; } = null!;

    /// <summary>Signed in as administrator.</summary>
    public HttpClient Http { get; private set; }

    /// <summary>Where it listens.</summary>
    public IEnumerable<Uri> Addresses =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a));

    public string StateFolder => _config.StateFolder;

    public X509Certificate2 Ca => X509CertificateLoader.LoadCertificateFromFile(_config.Ca);

    public string CenterPin { get; private init; } = "";

    public IServiceProvider Services => _app.Services;

    public CenterStore Store => _app.Services.GetRequiredService<CenterStore>();

    /// <summary>The center's own services, for tests at the level of the application services.</summary>
    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<TestCenter> StartAsync(bool provider = true, int hosts = 1, Action<CenterConfig>? configure = null)
    {
        string folder = Directory.CreateTempSubdirectory("lorica-center-test-").FullName;
        var (authority, authorityKey) = CertificateAuthority.Create(TimeProvider.System);
        await File.WriteAllTextAsync(Path.Combine(folder, "ca.key"), authorityKey);
        var center = Identity(authority, folder, Roles.Center);
        var broker = Identity(authority, folder, Roles.Broker);
        string centerPin = Peer.PinOf(center.Certificate);

        var (fakeHosts, hostServers, seeds) = (new List<FakeHost>(), new List<WebApplication>(), new List<HostSeed>());
        for (int i = 0; i < hosts; i++)
        {
            var (id, name, host) = (i == 0 ? HostId : SecondHostId, $"h{i + 1}",
                Identity(authority, folder, Roles.Host, $"host{i + 1}"));
            fakeHosts.Add(new FakeHost(id, host, name));
            hostServers.Add(await FakeServer.StartAsync(
                host, centerPin, fakeHosts[i], (k, l) => k.Listen(FakeServer.Loopback(0), l)));
            string address =
                hostServers[i].Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            seeds.Add(new HostSeed(id, name, new Uri(address).Authority, Peer.PinOf(host.Certificate)));
        }

        var fakeBroker = new FakeBroker { OwnKey = broker.Certificate.GetECDsaPrivateKey()! };
        string socket = Path.Combine(folder, "broker.sock");
        var brokerServer = await FakeServer.StartAsync(broker, centerPin, fakeBroker, (k, l) => k.ListenUnixSocket(socket, l));

        var config = new CenterConfig
        {
            StateFolder = Path.Combine(folder, "state"),
            Listen = "127.0.0.1:0",
            Certificate = Path.Combine(folder, "center.crt"),
            Key = Path.Combine(folder, "center.key"),
            Ca = Path.Combine(folder, "ca.crt"),
            BrokerSocket = socket,
            BrokerPin = Peer.PinOf(broker.Certificate),
            Hosts = seeds,
        };
        configure?.Invoke(config);
        await TestState.MakeAsync(config.StateFolder);
        WebApplication app;
        try
        {
            app = await CenterApplication.StartAsync(config, default);
        }
        catch
        {
            await EndAsync(folder, hostServers, brokerServer);
            throw;
        }

        var result = new TestCenter(folder, config, hostServers, brokerServer, app)
        {
            Hosts = fakeHosts, Broker = fakeBroker, CenterPin = centerPin,
        };
        await result.SignInAsync();
        foreach (var seed in seeds)
        {
            await Wait.UntilAsync(
                async () => (await result.GetAsync("hosts/" + seed.Name, RestJson.Default.HostModel)).State == "connected",
                "the host is connected");
        }

        if (provider)
        {
            await result.AddProviderAsync();
        }

        return result;
    }

    /// <summary>Stops the center and starts it again over the same state.</summary>
    public async Task RestartAsync(Func<Task>? between = null)
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (between is not null)
        {
            await between();
        }

        _app = await CenterApplication.StartAsync(_config, default);
        await SignInAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _failed?.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await EndAsync(_folder, _hostServers, _brokerServer);
    }

    private static async Task EndAsync(string folder, IReadOnlyList<WebApplication> hostServers, WebApplication brokerServer)
    {
        foreach (var server in hostServers)
        {
            await server.DisposeAsync();
        }

        await brokerServer.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public HttpClient Anonymous()
    {
        string address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .First(a => a.StartsWith("https:", StringComparison.Ordinal));
        var ca = X509CertificateLoader.LoadCertificateFromFile(_config.Ca);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = Peer.ChainPolicy(ca);
        return new HttpClient(handler) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(60) };
    }

    private async Task SignInAsync()
    {
        var http = Anonymous();
        var reply = await http.PostAsJsonAsync(
            "/api/v1/session", new SignInRequest("administrator", Password), RestJson.Default.SignInRequest);
        var session = await reply.Content.ReadFromJsonAsync(RestJson.Default.SessionModel);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session!.Token);
        Http = http;
    }

    internal static NodeIdentity Identity(CertificateAuthority authority, string folder, string role, string? file = null)
    {
        var (certificate, key, _) = authority.Issue(role, role, client: true);
        file ??= role;
        File.WriteAllText(Path.Combine(folder, "ca.crt"), authority.RootPem);
        File.WriteAllText(Path.Combine(folder, $"{file}.crt"), certificate);
        File.WriteAllText(Path.Combine(folder, $"{file}.key"), key);
        File.SetUnixFileMode(Path.Combine(folder, $"{file}.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return NodeIdentity.Load(
            Path.Combine(folder, $"{file}.crt"), Path.Combine(folder, $"{file}.key"), Path.Combine(folder, "ca.crt"));
    }
}
