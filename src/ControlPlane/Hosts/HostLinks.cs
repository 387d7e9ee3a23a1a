using System.Collections.Concurrent;
using System.Net;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Trust;
using Lorica.Platform.Trust;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// This process's connections to hosts: one channel per host, mutual TLS, the host's key pinned. Follows the table of hosts:
/// loaded at start, changed when a host joins, is moved to another address or is removed.
/// </summary>
public sealed class HostLinks(CenterIdentity identity) : IDisposable
{
    private readonly ConcurrentDictionary<string, (HostPeer Peer, Lazy<GrpcChannel> Channel)> _hosts =
        new(StringComparer.Ordinal);

    /// <summary>All hosts.</summary>
    public IReadOnlyList<HostPeer> Peers => [.. _hosts.Values.Select(h => h.Peer)];

    /// <summary>How a host is reached; NotFound when the center does not know it (any more).</summary>
    public HostPeer Peer(string hostId) => Find(hostId).Peer;

    /// <summary>Client of a host; for this folder alone, everything else asks by <see cref="HostClient"/>.</summary>
    internal HostControl.HostControlClient Client(string hostId) =>
        new(Find(hostId).Channel.Value.Intercept(new HostReplies(hostId)));

    /// <summary>Takes over the table of hosts.</summary>
    public void Load(IEnumerable<HostPeer> hosts)
    {
        foreach (var host in hosts)
        {
            Put(host);
        }
    }

    /// <summary>Adds a host, or changes how it is reached.</summary>
    public void Put(HostPeer peer)
    {
        if (_hosts.TryGetValue(peer.Id, out var known))
        {
            if (known.Peer == peer)
            {
                return;
            }

            if ((known.Peer.Address, known.Peer.Pin) == (peer.Address, peer.Pin))
            {
                _hosts[peer.Id] = (peer, known.Channel);
                return;
            }

            Remove(peer.Id);
        }

        _hosts[peer.Id] = (peer, new Lazy<GrpcChannel>(() => Open(peer)));
    }

    /// <summary>Forgets a host and closes its connection.</summary>
    public void Remove(string hostId)
    {
        if (_hosts.TryRemove(hostId, out var known) && known.Channel.IsValueCreated)
        {
            known.Channel.Value.Dispose();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (string id in _hosts.Keys)
        {
            Remove(id);
        }
    }

    /// <summary>The end point of <c>ADDRESS:PORT</c> or <c>NAME:PORT</c>; null when it is none.</summary>
    internal static EndPoint? ParseAddress(string address)
    {
        int colon = address.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(address.AsSpan(colon + 1), out int port) || port is <= 0 or > IPEndPoint.MaxPort)
        {
            return null;
        }

        string name = address[..colon];
        return IPEndPoint.TryParse(address, out var point) ? point
            : Uri.CheckHostName(name) == UriHostNameType.Dns ? new DnsEndPoint(name, port) : null;
    }

    private (HostPeer Peer, Lazy<GrpcChannel> Channel) Find(string hostId) => _hosts.TryGetValue(hostId, out var host)
        ? host
        : throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.hostNotFound", hostId,
            $"There is no host {hostId}.", "See `lorica host ls`."));

    private GrpcChannel Open(HostPeer peer) => GrpcChannel.ForAddress(PeerChannel.Address, new GrpcChannelOptions
    {
        HttpHandler = PeerChannel.Handler(
            identity.Node, new Peer(identity.Node.Ca, Roles.Host, peer.Pin),
            ParseAddress(peer.Address)
                ?? throw new InvalidOperationException($"\"{peer.Address}\" is not an address with a port.")),
        DisposeHttpClient = true,
        MaxReceiveMessageSize = 8 * 1024 * 1024,
        MaxSendMessageSize = 8 * 1024 * 1024,
        MaxRetryAttempts = null,
    });
}
