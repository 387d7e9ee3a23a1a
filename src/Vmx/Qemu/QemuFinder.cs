using System.Net.Sockets;
using Lorica.Nbd;

namespace Lorica.Vmx.Qemu;

/// <summary>Finds the QEMU that listens on a control socket.</summary>
internal static class QemuFinder
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Its process id. Throws <see cref="VmxException"/> when nobody listens (asked for a while: QEMU may be starting).
    /// </summary>
    public static async Task<int> FindAsync(string path, TimeProvider time, CancellationToken ct)
    {
        long start = time.GetTimestamp();
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
                if (time.GetElapsedTime(start) > Limit)
                    throw new VmxException(VmxErrorKind.Qmp, "QEMU is gone.", e);
            }

            await Task.Delay(Retry, time, ct);
        }
    }
}
