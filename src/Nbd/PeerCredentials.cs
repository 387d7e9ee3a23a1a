using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Lorica.Nbd;

/// <summary>
/// Who is at the other end of a Unix socket, as the kernel recorded it when the connection was made (<c>SO_PEERCRED</c>).
/// </summary>
/// <param name="Pid">Process id at that time; may have been reused since.</param>
/// <param name="Uid">Effective user id.</param>
/// <param name="Gid">Effective group id.</param>
public readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid)
{
    // Numbers of Linux: socket(7), asm-generic/socket.h.
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>
    /// Asks the kernel. Throws <see cref="NbdErrorKind.PeerRefused"/> when the socket is not a connected Unix socket.
    /// </summary>
    public static PeerCredentials Of(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Span<int> ucred = stackalloc int[3];
        int length;
        try
        {
            length = socket.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(ucred));
        }
        catch (SocketException e)
        {
            throw new NbdException(NbdErrorKind.PeerRefused, "The peer's credentials cannot be read.", inner: e);
        }

        // A peer that is not on a Unix socket reads as uid -1.
        if (length != 12 || ucred[1] == -1)
            throw new NbdException(NbdErrorKind.PeerRefused, "The peer has no credentials.");
        return new PeerCredentials(ucred[0], (uint)ucred[1], (uint)ucred[2]);
    }
}
