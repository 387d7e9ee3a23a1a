using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Lorica.Broker.Hosting;
using Lorica.Broker.Hosts;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Trust;
using Lorica.Crypto;
using Lorica.Platform.Trust;

namespace Lorica.Broker.Tests;

/// <summary>What a center that was broken into can do to the list of hosts that keys are sealed to.</summary>
public sealed class HostPinningTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string _hostId = Guid.NewGuid().ToString("D");

    private string Config => _folder.Path("broker.json");

    [Fact]
    public async Task A_broker_whose_operator_pins_refuses_a_host_of_the_centers_and_names_the_command_that_pins_it()
    {
        await using var broker = await BrokerFixture.StartAsync(_folder.Root, HostPinning.Operator);
        var host = broker.Pki.Issue("host", Roles.Host);

        var refused = await RefusedAsync(() => PinAsync(broker, host));
        Assert.Equal((FaultTypes.NoPermission, "lorica.hostPinning"), (refused.Type, refused.Key));
        Assert.Contains(
            $"lorica-broker pin {_hostId} {Peer.PinOf(host.Certificate)}", refused.Hint, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("lorica.hostNotPinned", (await RefusedAsync(() => SealAsync(broker, host))).Key);

        Assert.Equal(0, PinCommand.RunSafely(["pin", _hostId, Peer.PinOf(host.Certificate), "--config", Config]).Code);
        await SealAsync(broker, host);
        await PinAsync(broker, host);
    }

    [Theory]
    [InlineData(HostPinning.Center)]
    [InlineData(HostPinning.Operator)]
    public async Task Removing_a_host_and_pinning_it_again_does_not_give_its_id_another_key(string pinning)
    {
        await using var broker = await BrokerFixture.StartAsync(_folder.Root, pinning);
        var (host, thief) = (broker.Pki.Issue("host", Roles.Host), broker.Pki.Issue("thief", Roles.Host));
        Assert.Equal(0, PinCommand.RunSafely(["pin", _hostId, Peer.PinOf(host.Certificate), "--config", Config]).Code);

        await broker.Client.UnpinHostAsync(new UnpinHostRequest { HostId = _hostId });
        Assert.Equal("lorica.hostNotPinned", (await RefusedAsync(() => SealAsync(broker, host))).Key);
        Assert.Equal("lorica.hostPinned", (await RefusedAsync(() => PinAsync(broker, thief))).Key);
        Assert.Equal("lorica.hostNotPinned", (await RefusedAsync(() => SealAsync(broker, thief))).Key);

        Assert.Equal(0, PinCommand.RunSafely(["pin", _hostId, Peer.PinOf(thief.Certificate), "--config", Config]).Code);
        await SealAsync(broker, thief);
    }

    [Fact]
    public async Task A_removed_host_comes_back_with_its_own_key_where_the_center_may_pin()
    {
        await using var broker = await BrokerFixture.StartAsync(_folder.Root);
        var host = broker.Pki.Issue("host", Roles.Host);
        await PinAsync(broker, host);
        await broker.Client.UnpinHostAsync(new UnpinHostRequest { HostId = _hostId });
        await PinAsync(broker, host);
        await SealAsync(broker, host);
    }

    [Fact]
    public void A_removed_host_stays_removed_through_a_start_unless_the_configuration_names_another_key()
    {
        var (one, other) = (new string('1', 64), new string('2', 64));
        var pins = new HostPins(_folder.Root, new Dictionary<string, string> { [_hostId] = one }, HostPinning.Operator);
        pins.Unpin(_hostId);
        Assert.Empty(new HostPins(_folder.Root, new Dictionary<string, string> { [_hostId] = one }, HostPinning.Operator).Ids);
        Assert.Equal(
            [_hostId],
            new HostPins(_folder.Root, new Dictionary<string, string> { [_hostId] = other }, HostPinning.Operator).Ids);
    }

    [Fact]
    public void Without_a_word_in_the_configuration_the_operator_pins()
    {
        Assert.Equal(HostPinning.Operator, System.Text.Json.JsonSerializer.Deserialize(
            """{"stateFolder":"s","socket":"s","certificate":"c","key":"k","ca":"c","centerPin":"p"}""",
            ConfigJson.Default.BrokerConfig)!.HostPinning);
        Assert.Throws<InvalidOperationException>(() => new HostPins(_folder.Root, new Dictionary<string, string>(), "nobody"));
    }

    [Theory]
    [InlineData("pin")]
    [InlineData("pin", "no-uuid", "00", "--config", "x")]
    [InlineData("pin", "8d4f4a52-1111-4222-8333-444455556666", "00", "--config", "x")]
    public void A_command_that_makes_no_sense_is_refused_with_the_right_form(params string[] args)
    {
        var (code, text) = PinCommand.RunSafely(args);
        Assert.Equal(2, code);
        Assert.Contains("hint: ", text, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task PinAsync(BrokerFixture broker, NodeIdentity host) => await broker.Client.PinHostAsync(
        new PinHostRequest { HostId = _hostId, SpkiSha256 = ByteString.CopyFrom(SpkiHash(host)) });

    private async Task SealAsync(BrokerFixture broker, NodeIdentity host)
    {
        using var receiver = new HpkeReceiver();
        byte[] nonce = RandomNumberGenerator.GetBytes(32);
        using var key = host.Certificate.GetECDsaPrivateKey()!;
        await broker.Client.SealKeysAsync(new SealKeysRequest
        {
            CenterSpkiSha256 = ByteString.CopyFrom(SpkiHash(broker.Center)),
            Host = new HostPresentation
            {
                HostId = _hostId, ReceiveKey = ByteString.CopyFrom(receiver.PublicKey), BootNonce = ByteString.CopyFrom(nonce),
                HostSpki = ByteString.CopyFrom(host.Certificate.PublicKey.ExportSubjectPublicKeyInfo()),
                Signature = ByteString.CopyFrom(key.SignData(KeyDelivery.PresentationToSign(receiver.PublicKey, nonce),
                    HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
                FirstSequence = 1,
            },
        });
    }

    private static async Task<Fault> RefusedAsync(Func<Task> call) =>
        FaultCodec.FromRpc(await Assert.ThrowsAsync<RpcException>(call), "broker");

    private static byte[] SpkiHash(NodeIdentity node) => SHA256.HashData(node.Certificate.PublicKey.ExportSubjectPublicKeyInfo());
}
