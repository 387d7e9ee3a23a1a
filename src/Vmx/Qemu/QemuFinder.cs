using System.Net.Sockets;
using Lorica.Nbd;

namespace Lorica.Vmx.Qemu;

/// <summary>Finds the QEMU that listens on a control socket.</summary>
internal static class QemuFinder
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Its process id. Throws <see cref="VmxException"/> when nobody listens (asked for a while: QEMU may be starting).
    /// </summary>
    public static async Task<int> FindAsync(string path, TimeProvider clock, CancellationToken ct)
    {
        long start = clock.GetTimestamp();
        while (true)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
                return PeerCredentials.Of(socket).Pid;
            }
            catch (Exception e) when (e is SocketException or NbdException)
            {
                if (clock.GetElapsedTime(start) > s_limit)
                    throw new VmxException(VmxErrorKind.Qmp, "QEMU is gone.", e);
            }

            await Task.Delay(s_retry, clock, ct);
        }
    }
}
