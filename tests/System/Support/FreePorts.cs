using System.Net;
using System.Net.Sockets;

namespace Lorica.SystemTests.Support;

/// <summary>Ports that are free, one after the other.</summary>
internal static class FreePorts
{
    /// <summary>
    /// The first of <paramref name="count"/> ports below those that the kernel gives to connections on their way out.
    /// </summary>
    public static int Take(int count)
    {
        while (true)
        {
            int first = Random.Shared.Next(20_000, 32_000);
            var listeners = new List<TcpListener>();
            try
            {
                for (int port = first; port < first + count; port++)
                {
                    listeners.Add(new TcpListener(IPAddress.Loopback, port));
                    listeners[^1].Start();
                }

                return first;
            }
            catch (SocketException)
            {
                // Others.
            }
            finally
            {
                listeners.ForEach(l => l.Stop());
            }
        }
    }
}
