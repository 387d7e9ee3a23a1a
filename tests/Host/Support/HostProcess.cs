using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Grpc.Net.Client;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Host;
using Lorica.Contracts.Trust;
using Lorica.Platform.Trust;

namespace Lorica.Host.Tests.Support;

/// <summary>The real program <c>lorica-host</c> in a process of its own, which a test may kill.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly TestHost _template;
    private readonly string _configFile;
    private Process? _process;
    private GrpcChannel? _channel;

    public HostProcess(TestHost template, TestFolder folder)
    {
        _template = template;
        _configFile = folder.Path("config.json");
        File.WriteAllText(_configFile, JsonSerializer.Serialize(template.Config, ConfigJson.Default.HostConfig));
    }

    public HostControl.HostControlClient Client { get; private set; } = null!;

    public async Task StartAsync(params TestKek[] keks)
    {
        var start = new ProcessStartInfo(Programs.Host, ["--config", _configFile])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        const string Ready = "lorica-host ready on ";
        string? line;
        do
            line = await _process.StandardOutput.ReadLineAsync();
        while (line is not null && !line.StartsWith(Ready, StringComparison.Ordinal));
        Assert.NotNull(line);
        var peer = new Peer(_template.Center.Ca, Roles.Host, Peer.PinOf(_template.HostNode.Certificate));
        _channel = GrpcChannel.ForAddress(PeerChannel.Address, new GrpcChannelOptions
        {
            HttpHandler = PeerChannel.Handler(_template.Center, peer, IPEndPoint.Parse(line[Ready.Length..])),
            DisposeHttpClient = true,
        });
        Client = new HostControl.HostControlClient(_channel);
        var description = await Client.DescribeAsync(new DescribeHostRequest());
        var request = new AddKeysRequest();
        request.Keys.AddRange(TestHost.Seal(description.Presentation, Convert.FromHexString(_template.Config.CenterPin), keks));
        var reply = await Client.AddKeysAsync(request);
        Assert.All(reply.Keys, k => Assert.Null(k.Fault));
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _channel?.Dispose();
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        (_process, _channel) = (null, null);
    }

    public async ValueTask DisposeAsync() => await KillAsync();
}
