using Lorica.Platform.Trust;

#pragma warning disable CA5359 // The server of an attacker takes every client.
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Trust;
using Lorica.Kmip;

namespace Lorica.Broker.Tests;

/// <summary>A password of a KMS goes to the servers for which it was given, and to no other.</summary>
public sealed class CredentialTests : IAsyncLifetime
{
    private static readonly byte[] Info = ProviderBinding.CredentialInfo.ToArray();
    private readonly TestFolder _folder = new();
    private readonly KmipMemoryStore _store = new();
    private BrokerFixture _broker = null!;
    private ReplicaKms _kms = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerFixture.StartAsync(_folder.Root);
        _kms = new ReplicaKms(_broker.Pki, "kms1", _store);
    }

    public async ValueTask DisposeAsync()
    {
        await _kms.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_server_that_was_not_meant_never_gets_the_stored_password()
    {
        await GiveAsync();
        using var stop = new CancellationTokenSource();
        var evil = _broker.Pki.Issue("evil", "kms");
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var heard = new MemoryStream();
        var listening = ListenAsync(listener, evil, heard, stop.Token);
        var server = Server((IPEndPoint)listener.LocalEndpoint, evil);

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await ConfigureAsync(r => r.Servers[0] = server));
        var fault = FaultCodec.FromRpc(refused, "broker");
        Assert.Equal("lorica.credentialNeeded", fault.Key);
        Assert.Contains(server.CertificateSha256, fault.Message, StringComparison.Ordinal);
        Assert.Contains("--password-file", fault.Hint, StringComparison.Ordinal);
        Assert.Equal(_kms.Pinned.Address, (await DescribeAsync()).Servers[0].Address);

        // Forgotten on purpose, the server is taken, and hears no password.
        await ConfigureAsync(r => (r.Servers[0], r.NoCredential) = (server, true));
        await Assert.ThrowsAsync<RpcException>(async () =>
            await _broker.Client.CreateKeyAsync(new CreateKeyRequest { Provider = "corp", Name = "x" }));
        await stop.CancelAsync();
        listener.Stop();
        await listening;
        Assert.NotEqual(0, heard.Length);
        Assert.DoesNotContain("very secret words", Encoding.Latin1.GetString(heard.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_known_server_under_another_certificate_needs_the_password_anew_and_a_server_less_does_not()
    {
        await using var second = new ReplicaKms(_broker.Pki, "kms2", _store);
        var credential = await _broker.SealAsync(Info, "corp", "lorica\nvery secret words", _kms.Pinned, second.Pinned);
        await ConfigureAsync(r => (r.Credential, _) = (credential, Added(r, second.Pinned)));
        var other = _kms.Pinned.Clone();
        other.CertificateSha256 = new string('a', 64);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await ConfigureAsync(r => r.Servers[0] = other));
        Assert.Equal("lorica.credentialNeeded", FaultCodec.FromRpc(refused, "broker").Key);

        await ConfigureAsync(r => r.Servers[0] = second.Pinned);
        Assert.Equal("lorica", (await DescribeAsync()).UserName);
        await MakeAsync();
        refused = await Assert.ThrowsAsync<RpcException>(async () => await ConfigureAsync());
        Assert.Equal("lorica.credentialNeeded", FaultCodec.FromRpc(refused, "broker").Key);
        var anew = await _broker.SealAsync(Info, "corp", "lorica\nvery secret words", _kms.Pinned);
        await ConfigureAsync(r => r.Credential = anew);
        await MakeAsync();
    }

    [Fact]
    public async Task What_was_sealed_for_one_provider_or_its_servers_opens_for_no_other()
    {
        var forCorp = await _broker.SealAsync(Info, "corp", "lorica\nvery secret words", _kms.Pinned);
        var other = _kms.Pinned.Clone();
        other.CertificateSha256 = new string('b', 64);
        ConfigureProviderRequest[] replays =
        [
            new() { Name = "mine", Servers = { _kms.Pinned }, Credential = forCorp },
            new() { Name = "corp", Servers = { other }, Credential = forCorp },
            new() { Name = "corp", Servers = { _kms.Pinned }, Identity = new ClientIdentity { Uploaded = forCorp } },
        ];
        foreach (var replay in replays)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await _broker.Client.ConfigureProviderAsync(replay));
            Assert.Equal("lorica.identityExpired", FaultCodec.FromRpc(refused, "broker").Key);
        }

        Assert.Equal("lorica", (await _broker.Client.ConfigureProviderAsync(
            new ConfigureProviderRequest { Name = "corp", Servers = { _kms.Pinned }, Credential = forCorp })).UserName);
    }

    [Fact]
    public async Task A_provider_file_whose_servers_were_edited_opens_nothing()
    {
        await GiveAsync();
        await MakeAsync();
        string file = Directory.GetFiles(_folder.Path("state", "providers"))[0];
        await using var evil = new ReplicaKms(_broker.Pki, "evil", _store);
        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        string edited = text.Replace(
            _kms.Pinned.CertificateSha256, evil.Pinned.CertificateSha256, StringComparison.Ordinal).Replace(
            $"\"port\": {_kms.Pinned.Address.Port}", $"\"port\": {evil.Pinned.Address.Port}", StringComparison.Ordinal);
        Assert.NotEqual(text, edited);
        await File.WriteAllTextAsync(file, edited, TestContext.Current.CancellationToken);
        _broker = await _broker.RestartAsync(_folder.Root);

        Assert.False((await _broker.Client.PingProviderAsync(new ProviderRequest { Name = "corp" })).Healthy);
        Assert.Equal(0, Volatile.Read(ref evil.Requests));
    }

    private static bool Added(ConfigureProviderRequest request, PinnedServer server)
    {
        request.Servers.Add(server);
        return true;
    }

    private static async Task ListenAsync(
        TcpListener listener, NodeIdentity evil, MemoryStream heard, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(ct);
                await using var tls = new SslStream(client.GetStream());
                try
                {
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                    {
                        ServerCertificate = evil.Certificate, ClientCertificateRequired = true,
                        RemoteCertificateValidationCallback = (_, _, _, _) => true,
                    }, ct);
                    byte[] buffer = new byte[4096];
                    heard.Write(buffer, 0, await tls.ReadAsync(buffer, ct));
                }
                catch (IOException)
                {
                    // The broker gave up; the next connection.
                }
            }
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            // The end of the test.
        }
    }

    private static PinnedServer Server(IPEndPoint endpoint, NodeIdentity identity) => new()
    {
        Address = new ServerAddress { Host = "127.0.0.1", Port = endpoint.Port },
        CertificateSha256 = Convert.ToHexStringLower(identity.Certificate.GetCertHash(HashAlgorithmName.SHA256)),
        ConnectTimeoutMs = 2000, RequestTimeoutMs = 2000,
    };

    private async Task GiveAsync()
    {
        var credential = await _broker.SealAsync(Info, "corp", "lorica\nvery secret words", _kms.Pinned);
        await ConfigureAsync(r => r.Credential = credential);
    }

    private async Task ConfigureAsync(Action<ConfigureProviderRequest>? change = null)
    {
        var request = new ConfigureProviderRequest { Name = "corp", Replace = true, Servers = { _kms.Pinned } };
        change?.Invoke(request);
        await _broker.Client.ConfigureProviderAsync(request);
    }

    private async Task<ProviderDescription> DescribeAsync() =>
        await _broker.Client.DescribeProviderAsync(new ProviderRequest { Name = "corp" });

    private async Task MakeAsync()
    {
        var made = await _broker.Client.CreateKeyAsync(
            new CreateKeyRequest { Provider = "corp", Name = $"lorica-{Guid.NewGuid()}" });
        Assert.Null((await _broker.Client.ActivateKeyAsync(new ActivateKeyRequest { Key = made.Key })).Fault);
    }
}
