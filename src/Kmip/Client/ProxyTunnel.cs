using System.Net.Sockets;
using System.Text;

namespace Lorica.Kmip.Client;

/// <summary>Opens a tunnel through an HTTP proxy (RFC 9110, 9.3.6): CONNECT, and a 2xx answer without a body.</summary>
internal static class ProxyTunnel
{
    private const int MaximumAnswer = 8 << 10;

    /// <summary>Asks for the tunnel; afterwards the socket speaks with the server.</summary>
    public static async Task OpenAsync(Socket socket, KmipProxy proxy, string host, int port, Deadline deadline)
    {
        string server = $"{host}:{port}";
        string target = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : server;
        try
        {
            await socket.SendAsync(
                Encoding.ASCII.GetBytes($"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n"), deadline.Token);
            int status = await StatusAsync(socket, deadline);
            if (status is not (>= 200 and < 300))
            {
                throw Failure.Proxy(server, proxy, $"it answered {status}");
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            deadline.ThrowIfCallerCancelled();
            throw e is OperationCanceledException
                ? Failure.TimedOut(server, $"the tunnel through {proxy}", deadline.Length, sent: false)
                : Failure.Proxy(server, proxy, e.Message);
        }
    }

    /// <summary>Reads the head of the answer byte by byte: what follows it belongs to the tunnel.</summary>
    private static async Task<int> StatusAsync(Socket socket, Deadline deadline)
    {
        byte[] head = new byte[MaximumAnswer];
        for (int length = 0; length < head.Length; length++)
        {
            if (await socket.ReceiveAsync(head.AsMemory(length, 1), deadline.Token) == 0)
            {
                break;
            }

            if (length >= 3 && head.AsSpan(length - 3, 4).SequenceEqual("\r\n\r\n"u8))
            {
                string[] words = Encoding.ASCII.GetString(head, 0, length).Split(' ', 3);
                return words.Length >= 2 && words[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
                    && int.TryParse(words[1], out int status)
                    ? status
                    : 0;
            }
        }

        return 0;
    }
}
