using Lorica.ControlPlane.Hosts;
using Lorica.Host.Tests.Support;
using Lorica.HostContract;
using Lorica.Model;
using Lorica.Platform.Trust;

namespace Lorica.Host.Tests.Contract;

/// <summary>The real host, in this process.</summary>
public sealed class RealHost : ContractHost
{
    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, TestKek> _keks = new(StringComparer.Ordinal);
    private TestHost? _host;
    private HostLinks? _links;

    public override string Id => _host!.Config.Id;

    public override async Task StartAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        _links = new HostLinks(new CenterIdentity(_host.Center));
        _links.Put(new HostPeer(Id, "host1", _host.Address.ToString(), Peer.PinOf(_host.HostNode.Certificate)));
        Hosts = new HostClient(_links, TimeProvider.System);
    }

    public override ExpectedKey Make(string keyId)
    {
        var kek = _keks[keyId] = TestKek.Make(keyId);
        return new ExpectedKey(kek.Id.Provider, kek.Id.Id, kek.Kcv);
    }

    public override Task DeliverAsync(ExpectedKey key) => _host!.DeliverAsync(_keks[key.KeyId]);

    public override async ValueTask DisposeAsync()
    {
        _links?.Dispose();
        if (_host is not null)
            await _host.DisposeAsync();
        _folder.Dispose();
    }
}
