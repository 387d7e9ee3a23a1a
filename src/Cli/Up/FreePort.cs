using System.Net;
using System.Net.Sockets;

namespace Lorica.Cli.Up;

/// <summary>Ports of loopback.</summary>
internal static class FreePort
{
    /// <summary>The port asked for: 0 means one that is free right now; nothing means <paramref name="otherwise"/>.</summary>
    public static int Or(int? wanted, int otherwise) => wanted switch { null => otherwise, 0 => Find(), { } port => port };

    private static int Find()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        try
        {
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        finally
        {
            listener.Stop();
        }
    }
}
