using Google.Protobuf;
using Lorica.Center.Pki;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Trust;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tests.Support;
using Lorica.HostContract;
using Lorica.Model;
using Lorica.Platform.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Tests.Contract;

/// <summary>The host of the center's own tests, alone, behind real mutual TLS.</summary>
public sealed class MemoryHost : ContractHost
{
    private readonly TestFolder _folder = new();
    private NodeIdentity? _center;
    private NodeIdentity? _node;
    private HostLinks? _links;
    private WebApplication? _server;

    /// <summary>The host itself.</summary>
    internal FakeHost Fake { get; private set; } = null!;

    public override string Id => TestCenter.HostId;

    public override async Task StartAsync()
    {
        var (authority, _) = CertificateAuthority.Create(TimeProvider.System);
        var center = TestCenter.Identity(authority, _folder.Root, Roles.Center);
        var host = TestCenter.Identity(authority, _folder.Root, Roles.Host);
        Fake = new FakeHost(Id, host) { CryptoMode = "incapable", SecondDatastoreFree = 1 << 29 };
        (_center, _node) = (center, host);
        _links = new HostLinks(new CenterIdentity(center));
        Hosts = new HostClient(_links, TimeProvider.System);
        await ListenAsync();
    }

    /// <summary>Listens, at another address than before.</summary>
    public async Task ListenAsync()
    {
        _server = await FakeServer.StartAsync(
            _node!, Peer.PinOf(_center!.Certificate), Fake, (k, l) => k.Listen(FakeServer.Loopback(0), l));
        string address =
            _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        _links!.Put(new HostPeer(Id, "h1", new Uri(address).Authority, Peer.PinOf(_node!.Certificate)));
    }

    public override ExpectedKey Make(string keyId) =>
        new("kms", keyId, Convert.ToHexStringLower(Guid.NewGuid().ToByteArray())[..16]);

    public override async Task DeliverAsync(ExpectedKey key)
    {
        ulong sequence = (await Host.Admin.DescribeAsync(default)).Presentation!.FirstSequence;
        var taken = await Host.Keys.AddAsync(
            [
                new SealedKey
                {
                    Key = key.ToRef(), Kcv = key.Kcv, Sequence = sequence, Ciphertext = ByteString.CopyFromUtf8(key.Kcv),
                },
            ],
            default);
        Assert.Equal(new TakenKey(key.ToName(), key.Kcv, null), Assert.Single(taken));
    }

    /// <summary>The host goes away; who asks it then is not heard.</summary>
    public async Task StopAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _server = null;
    }

    public override async ValueTask DisposeAsync()
    {
        _links?.Dispose();
        await StopAsync();
        _folder.Dispose();
    }
}
