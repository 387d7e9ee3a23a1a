using System.Net.Sockets;

namespace Lorica.Nbd.Sessions;

/// <summary>Blocking calls on the socket, without exceptions for what a client may do at any time (leave).</summary>
internal sealed partial class NbdSession
{
    /// <summary>0 at the end of the stream or when the connection broke.</summary>
    private int Receive(Span<byte> into)
    {
        while (true)
        {
            int n = _socket.Receive(into, SocketFlags.None, out var error);
            if (error == SocketError.Success)
                return n;
            if (error != SocketError.Interrupted)
                return 0;
        }
    }

    private bool ReceiveAll(Span<byte> into)
    {
        while (into.Length > 0)
        {
            int n = Receive(into);
            if (n == 0)
                return false;
            into = into[n..];
        }

        return true;
    }

    private bool SendAll(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int n = _socket.Send(bytes, SocketFlags.None, out var error);
            if (error == SocketError.Interrupted)
                continue;
            if (error != SocketError.Success)
                return false;
            bytes = bytes[n..];
        }

        return true;
    }
}
