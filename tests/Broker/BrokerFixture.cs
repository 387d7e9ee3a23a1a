using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Net.Client;
using Lorica.Broker.Hosting;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Trust;
using Lorica.Crypto;
using Lorica.Platform.Trust;
using Microsoft.AspNetCore.Builder;

namespace Lorica.Broker.Tests;

/// <summary>A broker in this process, on a Unix socket, and its center.</summary>
internal sealed class BrokerFixture : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private BrokerFixture(WebApplication app, GrpcChannel channel, TestPki pki, NodeIdentity center, string socket, Peer broker)
    {
        (_app, _channel, Pki, Center, Socket, BrokerPeer) = (app, channel, pki, center, socket, broker);
        Client = new KeyBroker.KeyBrokerClient(channel);
    }

    public TestPki Pki { get; }

    public NodeIdentity Center { get; }

    public string Socket { get; }

    public Peer BrokerPeer { get; }

    public KeyBroker.KeyBrokerClient Client { get; }

    public static Task<BrokerFixture> StartAsync(string folder, string pinning = HostPinning.Center)
    {
        var pki = new TestPki(Path.Combine(folder, "pki"));
        return StartAsync(folder, pki, pki.Issue("center", Roles.Center), pki.Issue("broker", Roles.Broker), pinning);
    }

    /// <summary>The next broker over the same state, with the same or another certificate.</summary>
    public async Task<BrokerFixture> RestartAsync(string folder, bool newKey = false)
    {
        await DisposeAsync();
        var self = newKey
            ? Pki.Issue("broker", Roles.Broker)
            : NodeIdentity.Load(Pki.CertificatePath("broker"), Pki.KeyPath("broker"), Pki.CaPath);
        return await StartAsync(folder, Pki, Center, self, HostPinning.Center);
    }

    private static async Task<BrokerFixture> StartAsync(
        string folder, TestPki pki, NodeIdentity center, NodeIdentity self, string pinning)
    {
        string socket = Path.Combine(folder, "b.sock");
        var config = new BrokerConfig
        {
            StateFolder = Path.Combine(folder, "state"), Socket = socket, Certificate = pki.CertificatePath("broker"),
            Key = pki.KeyPath("broker"), Ca = pki.CaPath, CenterPin = Peer.PinOf(center.Certificate), IdleSeconds = 0,
            HostPinning = pinning,
        };
        File.WriteAllBytes(
            Path.Combine(folder, "broker.json"), JsonSerializer.SerializeToUtf8Bytes(config, ConfigJson.Default.BrokerConfig));
        var app = BrokerApplication.Build(config, null);
        await app.StartAsync();
        var peer = new Peer(self.Ca, Roles.Broker, Peer.PinOf(self.Certificate));
        return new BrokerFixture(app, Connect(center, peer, socket), pki, center, socket, peer);
    }

    /// <summary>What a person's client seals for the broker: an identity or a credential of one provider at its
    /// servers.</summary>
    public async Task<SealedIdentity> SealAsync(byte[] info, string provider, string plaintext, params PinnedServer[] servers)
    {
        var receiver = (await Client.DescribeAsync(new DescribeRequest())).ReceiveKey;
        using var text = KeyBuffer.CopyOf(Encoding.UTF8.GetBytes(plaintext));
        byte[] binding = ProviderBinding.Of(
            provider, servers.Select(s => (s.Address.Host, s.Address.Port, s.CertificateSha256)));
        var (enc, ciphertext) = HpkeSender.Seal(receiver.Span, info, binding, text);
        return new SealedIdentity { Enc = ByteString.CopyFrom(enc), Ciphertext = ByteString.CopyFrom(ciphertext) };
    }

    public static GrpcChannel Connect(NodeIdentity who, Peer peer, string socket) => GrpcChannel.ForAddress(PeerChannel.Address,
        new GrpcChannelOptions
        {
            HttpHandler = PeerChannel.Handler(who, peer, new UnixDomainSocketEndPoint(socket)), DisposeHttpClient = true,
        });

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
