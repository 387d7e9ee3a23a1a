using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Trust;
using Lorica.Crypto;
using Lorica.Kmip;
using Lorica.Platform.Trust;

namespace Lorica.Broker.Tests;

/// <summary>Several servers of one provider, trust, credentials; against real KMIP servers over TLS.</summary>
public sealed class ProviderServersTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly KmipMemoryStore _store = new();
    private BrokerFixture _broker = null!;
    private ReplicaKms _first = null!;
    private ReplicaKms _second = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerFixture.StartAsync(_folder.Root);
        _first = new ReplicaKms(_broker.Pki, "kms1", _store);
        _second = new ReplicaKms(_broker.Pki, "kms2", _store);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Keys_are_made_and_read_at_the_next_server_when_the_first_is_down_and_the_first_rests()
    {
        await ConfigureAsync();
        var before = await MakeAsync();
        await _first.StopAsync();

        var after = await MakeAsync();
        Assert.Null((await CheckAsync(before)).Fault);
        Assert.Null((await CheckAsync(after)).Fault);

        var status = await StatusAsync();
        Assert.True(status.Healthy);
        Assert.True(
            status.Servers[0] is { Resting: true, Connected: false, Failures: > 0, RetryAtUnixMs: > 0 }, status.ToString());
        Assert.True(status.Servers[1] is { Resting: false, ServesKeys: true });
    }

    [Fact]
    public async Task A_key_says_which_product_and_for_which_VM_and_cluster_it_was_made()
    {
        await ConfigureAsync();
        var made = await _broker.Client.CreateKeyAsync(
            new CreateKeyRequest
            {
                Provider = "corp", Name = $"lorica-{Guid.NewGuid()}", VmId = "id-1", VmName = "web", Cluster = "east",
            });
        await using var client = KmipClient.Create(new KmipClientOptions
        {
            Host = "127.0.0.1", Port = _first.Pinned.Address.Port,
            ClientCertificate = _broker.Pki.Issue("reader", Roles.Broker).Certificate,
            ServerTrust = new KmipServerTrust { PinnedCertificateSha256 = _first.Pinned.CertificateSha256 },
        });
        string[] names = ["x-Vendor", "x-Product", "x-Component", "x-Identifier", "x-Name", "x-Cluster"];
        var told = (await client.GetAttributesAsync(made.Key.KeyId, names, CancellationToken.None))
            .ToDictionary(a => a.Name, a => a.Text);
        Assert.Equal(["Lorica", "Lorica VM Encryption", "Virtual Machine", "id-1", "web", "east"], names.Select(n => told[n]));
    }

    [Fact]
    public async Task A_server_that_is_back_is_asked_first_again()
    {
        await ConfigureAsync();
        var key = await MakeAsync();
        await _first.StopAsync();
        await CheckAsync(key);
        _first.Start();
        Assert.True((await _broker.Client.PingProviderAsync(new ProviderRequest { Name = "corp" })).Healthy);

        int asked = Volatile.Read(ref _first.Requests);
        Assert.Null((await CheckAsync(key)).Fault);
        Assert.True(Volatile.Read(ref _first.Requests) > asked, "the first one answers");
    }

    [Fact]
    public async Task While_all_servers_are_down_every_key_says_so_and_a_ping_finds_them_back()
    {
        await ConfigureAsync();
        var key = await MakeAsync();
        await _first.StopAsync();
        await _second.StopAsync();
        Assert.Equal(KeyReasons.ProviderUnreachable, (await CheckAsync(key)).Fault.Reason);
        var ping = await _broker.Client.PingProviderAsync(new ProviderRequest { Name = "corp" });
        Assert.False(ping.Healthy);
        Assert.NotEmpty(ping.Error);

        _second.Start();
        Assert.True((await _broker.Client.PingProviderAsync(new ProviderRequest { Name = "corp" })).Healthy);
        Assert.Null((await CheckAsync(key)).Fault);
    }

    [Fact]
    public async Task The_order_of_the_servers_can_be_changed()
    {
        await ConfigureAsync();
        var key = await MakeAsync();
        await ConfigureAsync(r => (r.Servers[0], r.Servers[1]) = (_second.Pinned, _first.Pinned));
        int asked = Volatile.Read(ref _first.Requests);
        await CheckAsync(key);
        Assert.Equal(asked, Volatile.Read(ref _first.Requests));
    }

    [Fact]
    public async Task State_and_dates_of_a_key_are_read()
    {
        await ConfigureAsync();
        var key = await MakeAsync();
        await RevokeAsync(key);
        var status = await CheckAsync(key);
        Assert.Equal(("Deactivated", KeyReasons.NotActiveOnKms), (status.State, status.Fault.Reason));
        Assert.Equal(16, status.Kcv.Length);
        Assert.NotEqual(0, status.DeactivationUnix);
    }

    [Fact]
    public async Task A_request_is_signed_and_the_certificate_becomes_the_identity()
    {
        await ConfigureAsync(r => r.Identity = new ClientIdentity { CertificateRequest = true });
        var request = await _broker.Client.RequestCertificateAsync(new RequestCertificateRequest { Name = "corp" });
        var again = await _broker.Client.RequestCertificateAsync(new RequestCertificateRequest { Name = "corp" });
        Assert.Equal(request.Pem, again.Pem);

        string certificate = _broker.Pki.Sign(request.Pem);
        var installed = await _broker.Client.InstallCertificateAsync(
            new InstallCertificateRequest { Name = "corp", CertificatePem = certificate });
        Assert.Equal("requested", installed.IdentityKind);
        using var ours = X509Certificate2.CreateFromPem(certificate);
        Assert.Equal(Convert.ToHexStringLower(ours.GetCertHash(HashAlgorithmName.SHA256)), installed.ClientCertificateSha256);
        await MakeAsync();

        // A renewed certificate over the same key is taken too.
        var renewed = await _broker.Client.InstallCertificateAsync(
            new InstallCertificateRequest { Name = "corp", CertificatePem = _broker.Pki.Sign(request.Pem) });
        Assert.NotEqual(installed.ClientCertificateSha256, renewed.ClientCertificateSha256);
    }

    [Fact]
    public async Task A_certificate_for_another_key_is_refused_and_the_identity_stays()
    {
        await ConfigureAsync(r => r.Identity = new ClientIdentity { SelfSigned = true });
        string before =
            (await _broker.Client.ListProvidersAsync(new ListProvidersRequest())).Providers[0].ClientCertificateSha256;
        string foreign = File.ReadAllText(_broker.Pki.CertificatePath("kms1"));
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await _broker.Client.InstallCertificateAsync(
                new InstallCertificateRequest { Name = "corp", CertificatePem = foreign }));
        Assert.Equal("lorica.certificateOfAnotherKey", FaultCodec.FromRpc(refused, "broker").Key);

        // A request that nobody has signed yet changes nothing either.
        await _broker.Client.RequestCertificateAsync(new RequestCertificateRequest { Name = "corp" });
        Assert.Equal(
            before, (await _broker.Client.ListProvidersAsync(new ListProvidersRequest())).Providers[0].ClientCertificateSha256);
    }

    [Fact]
    public async Task A_password_is_kept_sealed_and_never_told()
    {
        var credential = await _broker.SealAsync(
            ProviderBinding.CredentialInfo.ToArray(), "corp", "lorica\nvery secret words", _first.Pinned, _second.Pinned);
        await ConfigureAsync(r => r.Credential = credential);

        Assert.Equal("lorica", (await _broker.Client.ListProvidersAsync(new ListProvidersRequest())).Providers[0].UserName);
        foreach (string file in Directory.EnumerateFiles(_folder.Path("state"), "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("very secret words", File.ReadAllText(file));
        await MakeAsync();
    }

    [Fact]
    public async Task Five_hundred_keys_are_sealed_over_one_connection()
    {
        await ConfigureAsync(r => r.Servers.RemoveAt(1));
        var keys = new List<KeyStatus>();
        for (int i = 0; i < 500; i++)
            keys.Add(await MakeAsync());
        var host = _broker.Pki.Issue("host", Roles.Host);
        using var receiver = new HpkeReceiver();
        var request = new SealKeysRequest
        {
            Host = await PresentAsync(host, receiver), CenterSpkiSha256 = ByteString.CopyFrom(new byte[32]),
        };
        request.Keys.AddRange(keys.Select(k => new KeyToSeal { Key = k.Key, ExpectedKcv = k.Kcv, Operation = "unlock" }));

        var watch = Stopwatch.StartNew();
        var reply = await _broker.Client.SealKeysAsync(request);
        output.WriteLine($"500 keys fetched, compared and sealed in {watch.ElapsedMilliseconds} ms");
        Assert.Empty(reply.Faults);
        Assert.Equal(500, reply.Sealed.Count);
        Assert.Equal(Enumerable.Range(1, 500).Select(n => (ulong)n), reply.Sealed.Select(s => s.Sequence));
    }

    private async Task ConfigureAsync(Action<ConfigureProviderRequest>? change = null)
    {
        var request = new ConfigureProviderRequest { Name = "corp", Replace = true, Servers = { _first.Pinned, _second.Pinned } };
        change?.Invoke(request);
        await _broker.Client.ConfigureProviderAsync(request);
    }

    private async Task<KeyStatus> MakeAsync()
    {
        var made = await _broker.Client.CreateKeyAsync(
            new CreateKeyRequest { Provider = "corp", Name = $"lorica-{Guid.NewGuid()}" });
        var status = await _broker.Client.ActivateKeyAsync(new ActivateKeyRequest { Key = made.Key });
        Assert.Null(status.Fault);
        return status;
    }

    private async Task<KeyStatus> CheckAsync(KeyStatus key) => (await _broker.Client.CheckKeysAsync(
        new CheckKeysRequest { Keys = { new CheckKeyRequest { Key = key.Key, ExpectedKcv = key.Kcv } } })).Keys.Single();

    private async Task<ProviderStatusReply> StatusAsync() =>
        await _broker.Client.ProviderStatusAsync(new ProviderRequest { Name = "corp" });

    private async Task RevokeAsync(KeyStatus key)
    {
        var broker = _broker.Pki.Issue("administrator", Roles.Broker);
        await using var client = KmipClient.Create(new KmipClientOptions
        {
            Host = "127.0.0.1", Port = _first.Pinned.Address.Port, ClientCertificate = broker.Certificate,
            ServerTrust = new KmipServerTrust { PinnedCertificateSha256 = _first.Pinned.CertificateSha256 },
        });
        await client.RevokeAsync(key.Key.KeyId, KmipRevocationReason.CessationOfOperation, null, default);
    }

    private async Task<HostPresentation> PresentAsync(NodeIdentity host, HpkeReceiver receiver)
    {
        var (id, nonce) = (Guid.NewGuid().ToString("D"), RandomNumberGenerator.GetBytes(32));
        byte[] spki = host.Certificate.PublicKey.ExportSubjectPublicKeyInfo();
        await _broker.Client.PinHostAsync(
            new PinHostRequest { HostId = id, SpkiSha256 = ByteString.CopyFrom(SHA256.HashData(spki)) });
        using var key = host.Certificate.GetECDsaPrivateKey()!;
        return new HostPresentation
        {
            HostId = id, ReceiveKey = ByteString.CopyFrom(receiver.PublicKey), BootNonce = ByteString.CopyFrom(nonce),
            HostSpki = ByteString.CopyFrom(spki),
            Signature = ByteString.CopyFrom(key.SignData(KeyDelivery.PresentationToSign(receiver.PublicKey, nonce),
                HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            FirstSequence = 1,
        };
    }
}
