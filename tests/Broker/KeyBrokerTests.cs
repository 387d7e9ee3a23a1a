using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Trust;
using Lorica.Crypto;
using Lorica.Platform.Trust;

namespace Lorica.Broker.Tests;

public sealed class KeyBrokerTests(PyKmip kms) : IClassFixture<PyKmip>, IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly string _hostId = Guid.NewGuid().ToString("D");
    private BrokerFixture _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await BrokerFixture.StartAsync(_folder.Root);

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_key_is_made_activated_checked_and_sealed_to_a_pinned_host_only()
    {
        await ConfigureAsync();
        var created = await _broker.Client.CreateKeyAsync(
            new CreateKeyRequest { Provider = "py", Name = $"lorica-{Guid.NewGuid()}", VmId = "v", VmName = "web" });
        var active = await _broker.Client.ActivateKeyAsync(new ActivateKeyRequest { Key = created.Key });
        Assert.Null(active.Fault);
        Assert.Equal("Active", active.State);
        Assert.Matches("^[0-9a-f]{16}$", active.Kcv);

        using var receiver = new HpkeReceiver();
        var host = _broker.Pki.Issue("host", Roles.Host);
        var presentation = Present(host, receiver);
        var request = new SealKeysRequest
        {
            Host = presentation, CenterSpkiSha256 = ByteString.CopyFrom(SpkiHash(_broker.Center)),
            Keys = { new KeyToSeal { Key = created.Key, ExpectedKcv = active.Kcv, Operation = "add" } },
        };
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _broker.Client.SealKeysAsync(request));
        Assert.Equal("lorica.hostNotPinned", FaultCodec.FromRpc(refused, "broker").Key);

        await _broker.Client.PinHostAsync(
            new PinHostRequest { HostId = _hostId, SpkiSha256 = ByteString.CopyFrom(SpkiHash(host)) });
        var reply = await _broker.Client.SealKeysAsync(request);
        var sealedKey = Assert.Single(reply.Sealed);
        Assert.Equal(7UL, sealedKey.Sequence);
        using var kek = receiver.Open(sealedKey.Enc.Span,
            KeyDelivery.Info(SpkiHash(_broker.Center), SpkiHash(host), presentation.BootNonce.Span, 7),
            KeyDelivery.AdditionalData(new KeyId("py", created.Key.KeyId), active.Kcv, "add"), sealedKey.Ciphertext.Span);
        Assert.True(KeyCheckValue.Matches(kek, active.Kcv));
    }

    [Fact]
    public async Task A_key_that_the_record_does_not_know_is_not_sealed()
    {
        await ConfigureAsync();
        var host = await PinnedHostAsync();
        using var receiver = new HpkeReceiver();
        var created = await _broker.Client.CreateKeyAsync(
            new CreateKeyRequest { Provider = "py", Name = $"lorica-{Guid.NewGuid()}" });
        await _broker.Client.ActivateKeyAsync(new ActivateKeyRequest { Key = created.Key });
        var reply = await _broker.Client.SealKeysAsync(new SealKeysRequest
        {
            Host = Present(host, receiver), CenterSpkiSha256 = ByteString.CopyFrom(SpkiHash(_broker.Center)),
            Keys =
            {
                new KeyToSeal { Key = created.Key, ExpectedKcv = "0123456789abcdef", Operation = "add" },
                new KeyToSeal
                {
                    Key = new KeyRef { Provider = "py", KeyId = "no-such" }, ExpectedKcv = "0123456789abcdef", Operation = "add",
                },
                new KeyToSeal
                {
                    Key = new KeyRef { Provider = "other", KeyId = "1" }, ExpectedKcv = "0123456789abcdef", Operation = "add",
                },
            },
        });
        Assert.Empty(reply.Sealed);
        Assert.Equal([KeyReasons.WrongKey, KeyReasons.MissingOnKms, KeyReasons.ProviderUnknown],
            reply.Faults.Select(f => f.Reason));
    }

    [Fact]
    public async Task A_presentation_that_the_host_did_not_sign_is_refused()
    {
        await ConfigureAsync();
        var host = await PinnedHostAsync();
        using var receiver = new HpkeReceiver();
        var presentation = Present(host, receiver);
        presentation.BootNonce = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(32));
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _broker.Client.SealKeysAsync(new SealKeysRequest
        {
            Host = presentation, CenterSpkiSha256 = ByteString.CopyFrom(SpkiHash(_broker.Center)),
        }));
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
    }

    [Fact]
    public async Task A_pinned_host_is_never_pinned_with_another_key()
    {
        await PinnedHostAsync();
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _broker.Client.PinHostAsync(
            new PinHostRequest { HostId = _hostId, SpkiSha256 = ByteString.CopyFrom(new byte[32]) }));
        Assert.Equal(StatusCode.AlreadyExists, refused.StatusCode);
    }

    [Fact]
    public async Task The_status_tells_trust_in_both_directions_and_fetches_a_probe_key()
    {
        await ConfigureAsync();
        var status = await _broker.Client.ProviderStatusAsync(new ProviderRequest { Name = "py" });
        Assert.True(status.Healthy, status.ToString());
        Assert.True(status.Servers[0]
            is { Connected: true, ClientTrustsServer: true, ServerTrustsClient: true, ServesKeys: true });

        await ConfigureAsync("stranger", selfSigned: true);
        var stranger = await _broker.Client.ProviderStatusAsync(new ProviderRequest { Name = "stranger" });
        Assert.False(stranger.Healthy);
        Assert.True(stranger.Servers[0] is { ClientTrustsServer: true, ServerTrustsClient: false, ServesKeys: false });
        Assert.NotEmpty(stranger.Servers[0].Error);
    }

    [Fact]
    public async Task A_server_with_another_certificate_than_the_accepted_one_gets_no_request()
    {
        await ConfigureAsync("pinned", pin: new string('0', 64));
        var status = await _broker.Client.ProviderStatusAsync(new ProviderRequest { Name = "pinned" });
        Assert.False(status.Healthy);
        Assert.False(status.Servers[0].ClientTrustsServer);
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await _broker.Client.CreateKeyAsync(new CreateKeyRequest { Provider = "pinned", Name = "x" }));
        Assert.Equal(KeyReasons.ProviderUnreachable, FaultCodec.FromRpc(refused, "broker").Keys[0].Reason);
    }

    [Fact]
    public async Task A_hosts_certificate_cannot_act_as_the_center()
    {
        var host = _broker.Pki.Issue("intruder", Roles.Host);
        using var channel = BrokerFixture.Connect(host, _broker.BrokerPeer, _broker.Socket);
        await Assert.ThrowsAsync<RpcException>(
            async () => await new KeyBroker.KeyBrokerClient(channel).DescribeAsync(new DescribeRequest()));
    }

    [Fact]
    public async Task An_uploaded_identity_is_never_stored_in_clear()
    {
        await ConfigureAsync();
        string line = File.ReadAllLines(Path.Combine(kms.Folder, "pki/client.key"))[5];
        foreach (string file in Directory.EnumerateFiles(_folder.Path("state"), "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(line, File.ReadAllText(file));
    }

    private async Task ConfigureAsync(string name = "py", bool selfSigned = false, string? pin = null)
    {
        var address = new ServerAddress { Host = "127.0.0.1", Port = kms.Port };
        var shown = await _broker.Client.ProbeServerAsync(new ProbeServerRequest { Server = address });
        var server = new PinnedServer { Address = address, CertificateSha256 = pin ?? shown.Sha256 };
        await _broker.Client.ConfigureProviderAsync(new ConfigureProviderRequest
        {
            Name = name,
            Servers = { server },
            Identity = selfSigned
                ? new ClientIdentity { SelfSigned = true }
                : new ClientIdentity
                {
                    Uploaded = await _broker.SealAsync(ProviderBinding.IdentityInfo.ToArray(), name, kms.ClientPem, server),
                },
        });
    }

    private async Task<NodeIdentity> PinnedHostAsync()
    {
        var host = _broker.Pki.Issue("host", Roles.Host);
        await _broker.Client.PinHostAsync(
            new PinHostRequest { HostId = _hostId, SpkiSha256 = ByteString.CopyFrom(SpkiHash(host)) });
        return host;
    }

    private HostPresentation Present(NodeIdentity host, HpkeReceiver receiver)
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(32);
        using var key = host.Certificate.GetECDsaPrivateKey()!;
        return new HostPresentation
        {
            HostId = _hostId,
            ReceiveKey = ByteString.CopyFrom(receiver.PublicKey),
            BootNonce = ByteString.CopyFrom(nonce),
            HostSpki = ByteString.CopyFrom(host.Certificate.PublicKey.ExportSubjectPublicKeyInfo()),
            Signature = ByteString.CopyFrom(key.SignData(KeyDelivery.PresentationToSign(receiver.PublicKey, nonce),
                HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            FirstSequence = 7,
        };
    }

    private static byte[] SpkiHash(NodeIdentity node) => SHA256.HashData(node.Certificate.PublicKey.ExportSubjectPublicKeyInfo());
}
