using System.Collections.Concurrent;
using System.Net;
using Grpc.Net.Client;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Trust;

namespace Lorica.ControlPlane.Hosts;

/// <summary>This process's connections to hosts: one channel per host, mutual TLS, the host's key pinned.</summary>
public sealed class HostLinks : IDisposable
{
    private readonly CenterIdentity _identity;
    private readonly IReadOnlyDictionary<string, HostSeed> _seeds;
    private readonly ConcurrentDictionary<string, Lazy<GrpcChannel>> _channels = new(StringComparer.Ordinal);

    /// <summary>Connections as <paramref name="identity"/> to the hosts of the configuration.</summary>
    public HostLinks(CenterIdentity identity, IReadOnlyList<HostSeed> seeds)
    {
        _identity = identity;
        _seeds = seeds.ToDictionary(s => s.Id, StringComparer.Ordinal);
    }

    /// <summary>Hosts of the configuration.</summary>
    public IEnumerable<HostSeed> Seeds => _seeds.Values;

    /// <summary>What the configuration says of a host; NotFound otherwise.</summary>
    public HostSeed Seed(string hostId) => _seeds.GetValueOrDefault(hostId)
        ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.hostNotFound", hostId,
            $"Host {hostId} is not in the center's configuration.", "Add it to `hosts` and restart the center."));

    /// <summary>Client of a host.</summary>
    public HostControl.HostControlClient Client(string hostId)
    {
        var seed = Seed(hostId);
        return new HostControl.HostControlClient(_channels.GetOrAdd(hostId, _ => new Lazy<GrpcChannel>(() => Open(seed))).Value);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var channel in _channels.Values.Where(c => c.IsValueCreated))
        {
            channel.Value.Dispose();
        }
    }

    private GrpcChannel Open(HostSeed seed) => GrpcChannel.ForAddress(PeerChannel.Address, new GrpcChannelOptions
    {
        HttpHandler = PeerChannel.Handler(
            _identity.Node, new Peer(_identity.Node.Ca, Roles.Host, seed.Pin), Resolve(seed.Address)),
        DisposeHttpClient = true,
        MaxReceiveMessageSize = 8 * 1024 * 1024,
        MaxSendMessageSize = 8 * 1024 * 1024,
        MaxRetryAttempts = null,
    });

    private static EndPoint Resolve(string address)
    {
        if (IPEndPoint.TryParse(address, out var point))
        {
            return point;
        }

        var colon = address.LastIndexOf(':');
        return colon > 0 && int.TryParse(address[(colon + 1)..], out var port)
            ? new DnsEndPoint(address[..colon], port)
            : throw new InvalidOperationException($"\"{address}\" is not an address with a port.");
    }
}
