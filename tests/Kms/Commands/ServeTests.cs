using System.Text.Json;
using Lorica.Kmip;
using Lorica.Kms.Trust;

namespace Lorica.Kms.Tests.Commands;

/// <summary>The server as a process: start, stop, kill, trust.</summary>
public sealed class ServeTests : IClassFixture<KmipPki>, IDisposable
{
    private readonly TestFolder _temp = new();
    private readonly KmipPki _pki;

    public ServeTests(KmipPki pki)
    {
        _pki = pki;
        _pki.WriteTo(_temp.Root);
        File.SetUnixFileMode(_temp.Path("server.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.CreateDirectory(_temp.Path("state"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(_temp.Path("kms.json"), JsonSerializer.Serialize(new
        {
            listen = "127.0.0.1:0",
            stateFolder = "state",
            certificate = "server.crt",
            key = "server.key",
            trustedClientCa = new[] { "ca.crt" },
            requiredClientOrganizationalUnit = "broker",
        }));
    }

    [Fact]
    public async Task No_acknowledged_key_is_lost_by_killing_the_server()
    {
        Dictionary<string, byte[]> acknowledged = [];
        for (int round = 0; round < 5; round++)
        {
            using var kms = await KmsProcess.StartAsync(_temp.Path("kms.json"));
            await using var client = kms.Client(_pki, _pki.ClientA);
            foreach (var (id, key) in acknowledged)
            {
                Assert.Equal(key, await ReadAsync(client, id));
                Assert.Equal(KmipKeyState.Active, await client.GetStateAsync(id, default));
            }

            var busy = new TaskCompletionSource();
            var work = WorkUntilTheEndAsync(client, acknowledged, busy);
            await busy.Task.WaitAsync(TimeSpan.FromSeconds(60));
            await Task.Delay(TimeSpan.FromMilliseconds(round * 3)); // somewhere in the work, elsewhere in each round
            await kms.KillAsync();
            await work;
        }

        Assert.NotEmpty(acknowledged);
        Assert.Equal(acknowledged.Count, acknowledged.Values.Select(Convert.ToHexString).Distinct().Count());
        var (code, output, _) = await KmsProcess.CommandAsync("status", "--state", _temp.Path("state"));
        Assert.Equal(0, code);
        Assert.Contains("chain whole", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_stops_on_sigterm_and_a_second_server_on_the_folder_is_refused()
    {
        using var kms = await KmsProcess.StartAsync(_temp.Path("kms.json"));
        await using var client = kms.Client(_pki, _pki.ClientA);
        await client.NegotiateAsync(default);
        var (code, _, errors) = await KmsProcess.CommandAsync("--config", _temp.Path("kms.json"));
        Assert.Equal(3, code);
        Assert.Contains("another lorica-kms runs on", errors, StringComparison.Ordinal);
        var (ended, took) = await kms.TerminateAsync();
        Assert.Equal(0, ended);
        Assert.True(took < TimeSpan.FromSeconds(5), $"{took}"); // < 1 s on an idle machine
    }

    [Fact]
    public async Task The_runtimes_diagnostics_socket_is_shut()
    {
        using var kms = await KmsProcess.StartAsync(_temp.Path("kms.json"));
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{kms.Id}-*"));
    }

    [Fact]
    public async Task A_client_is_pinned_while_the_server_runs()
    {
        using var kms = await KmsProcess.StartAsync(_temp.Path("kms.json"));
        var vcenter = _pki.SelfSigned("CN=vcenter");
        File.WriteAllText(_temp.Path("vcenter.pem"), vcenter.ExportCertificatePem());
        await using (var refused = kms.Client(_pki, vcenter))
        {
            var e = await Assert.ThrowsAsync<KmipException>(() => refused.NegotiateAsync(default));
            Assert.Contains("our certificate", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await KmsProcess.CommandAsync(
            "trust", "add", _temp.Path("vcenter.pem"), "--state", _temp.Path("state"))).Code);
        await using (var known = kms.Client(_pki, vcenter))
        {
            await known.ActivateAsync(await known.CreateSymmetricKeyAsync(null, default), default);
        }

        var listed = await KmsProcess.CommandAsync("trust", "ls", "--state", _temp.Path("state"));
        Assert.Contains(PinnedClients.Fingerprint(vcenter), listed.Output, StringComparison.Ordinal);
        await KmsProcess.CommandAsync("trust", "rm", PinnedClients.Fingerprint(vcenter), "--state", _temp.Path("state"));
        await using var gone = kms.Client(_pki, vcenter);
        await Assert.ThrowsAsync<KmipException>(() => gone.NegotiateAsync(default));
        Assert.Contains("not pinned", File.ReadAllText(_temp.Path("state/audit.log")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_centers_ca_alone_lets_its_brokers_in()
    {
        File.WriteAllText(_temp.Path("center.json"), JsonSerializer.Serialize(new
        {
            listen = "127.0.0.1:0", stateFolder = "state", certificate = "server.crt", key = "server.key", ca = "ca.crt",
        }));
        using var kms = await KmsProcess.StartAsync(_temp.Path("center.json"));
        await using var broker = kms.Client(_pki, _pki.ClientA);
        await broker.NegotiateAsync(default);
        await using var host = kms.Client(_pki, _pki.Issue("CN=h, OU=host", "1.3.6.1.5.5.7.3.2"));
        await Assert.ThrowsAsync<KmipException>(() => host.NegotiateAsync(default));
    }

    [Theory]
    [InlineData("""{"listen":"127.0.0.1:0"}""")]
    [InlineData("""{"listen":"nowhere","stateFolder":"state"}""")]
    [InlineData("""{"listen":"127.0.0.1:0","stateFolder":"state","surprise":1}""")]
    [InlineData("not json")]
    public async Task A_configuration_that_cannot_be_is_refused_with_one_line(string json)
    {
        File.WriteAllText(_temp.Path("bad.json"), json);
        var (code, _, errors) = await KmsProcess.CommandAsync("--config", _temp.Path("bad.json"));
        Assert.Equal(1, code);
        Assert.StartsWith("error: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_makes_a_folder_that_serves()
    {
        var (code, output, errors) = await KmsProcess.CommandAsync("init", "--state", _temp.Path("new"));
        Assert.True(code == 0, errors);
        Assert.Contains("fingerprint", output, StringComparison.Ordinal);
        string config = File.ReadAllText(_temp.Path("new/kms.json")).Replace("5696", "0", StringComparison.Ordinal);
        File.WriteAllText(_temp.Path("new/kms.json"), config);
        using var kms = await KmsProcess.StartAsync(_temp.Path("new/kms.json"));
        var shown = await KmipClient.FetchServerCertificateAsync("127.0.0.1", kms.Port);
        Assert.Contains(PinnedClients.Fingerprint(shown[0]), output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_shows_every_command()
    {
        var (code, output, _) = await KmsProcess.CommandAsync("--help");
        Assert.Equal(0, code);
        Assert.All(
            new[] { "--config", "init", "trust add", "trust ls", "trust rm", "status", "backup", "restore", "examples" },
            word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    public void Dispose() => _temp.Dispose();

    /// <summary>Makes, activates and reads keys until the server is gone; what was acknowledged is remembered.</summary>
    private static async Task WorkUntilTheEndAsync(
        KmipClient client, Dictionary<string, byte[]> acknowledged, TaskCompletionSource busy)
    {
        try
        {
            for (int made = 0; ; made++)
            {
                if (made == 3)
                {
                    busy.TrySetResult();
                }

                string id = await client.CreateSymmetricKeyAsync(null, default);
                await client.ActivateAsync(id, default);
                acknowledged[id] = await ReadAsync(client, id);
            }
        }
        catch (KmipException e) when (e.Kind == KmipErrorKind.Transport)
        {
        }
    }

    private static async Task<byte[]> ReadAsync(KmipClient client, string id)
    {
        byte[] copy = [];
        await client.GetKeyAsync(id, material => copy = material.ToArray(), default);
        return copy;
    }
}
