using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Lorica.Cli.Up;

/// <summary>Ports of loopback.</summary>
internal static class FreePort
{
    private const string OutgoingRange = "/proc/sys/net/ipv4/ip_local_port_range";
    private const int Lowest = 10_000, Tries = 100;

    /// <summary>The port asked for: 0 means one that is free right now; nothing means <paramref name="otherwise"/>.</summary>
    public static int Or(int? wanted, int otherwise) => wanted switch { null => otherwise, 0 => Find(), { } port => port };

    // A part keeps its port, so it must still be free when the part is started again: from the range that the kernel gives to
    // outgoing connections, any of them could have it by then.
    private static int Find()
    {
        int end = FirstOutgoing();
        for (int tries = 0; end > Lowest && tries < Tries; tries++)
        {
            if (TryListen(RandomNumberGenerator.GetInt32(Lowest, end)) is { } port)
                return port;
        }

        return TryListen(0) ?? throw new IOException("No port of 127.0.0.1 is free.");
    }

    private static int FirstOutgoing()
    {
        try
        {
            string first = File.ReadAllText(OutgoingRange).Split('\t', ' ')[0];
            return int.TryParse(first, CultureInfo.InvariantCulture, out int port) && port <= IPEndPoint.MaxPort ? port : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static int? TryListen(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
