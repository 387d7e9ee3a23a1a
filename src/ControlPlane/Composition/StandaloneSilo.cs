using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;

namespace Lorica.ControlPlane.Composition;

/// <summary>
/// The silo of a center that is alone: no membership table and no reminders (the task table is the truth, and is swept at start).
/// Its port is on loopback and takes no connection at all: whoever could talk to it could call grains as the center.
/// </summary>
public static class StandaloneSilo
{
    /// <summary>Longest grain call: it may include a broker that starts and a KMS that does not answer.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(3);

    /// <summary>Configures <paramref name="silo"/>.</summary>
    public static ISiloBuilder UseAlone(this ISiloBuilder silo)
    {
        silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: 0, serviceId: "lorica", clusterId: "lorica");
        // What a grain does belongs to the trace of the request that asked for it.
        silo.AddActivityPropagation();
        silo.Configure<SiloMessagingOptions>(o =>
        {
            o.ResponseTimeout = CallTimeout;
            o.SystemResponseTimeout = CallTimeout;
        });
        // Every grain is here: what is cached of grains elsewhere needs no room (18 MiB by default).
        silo.Configure<GrainDirectoryOptions>(o =>
            (o.CachingStrategy, o.CacheSize) = (GrainDirectoryOptions.CachingStrategyType.None, 1024));
        silo.Configure<SiloConnectionOptions>(o =>
        {
            o.ConfigureSiloInboundConnection(RefuseAll);
            o.ConfigureGatewayInboundConnection(RefuseAll);
        });
        return silo;
    }

    private static void RefuseAll(IConnectionBuilder builder) => builder.Use(_ => connection =>
    {
        connection.Abort(new ConnectionAbortedException("This center is alone."));
        return Task.CompletedTask;
    });

    /// <summary>
    /// Below the ports that the kernel gives to connections on their way out: one of those could take it between this look and
    /// the silo's binding.
    /// </summary>
    private static int FreePort()
    {
        while (true)
        {
            int port = RandomNumberGenerator.GetInt32(12_000, 32_000);
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one.
            }
        }
    }
}
