using System.Net;
using System.Net.Sockets;

namespace Lorica.Platform.Trust;

/// <summary>
/// Where a peer is, for whatever counts by address: an IPv4 address as it is, of IPv6 the /64, since one machine has as many
/// addresses in it as it likes.
/// </summary>
public static class PeerNetwork
{
    private const int NetworkBytes = 8;

    /// <summary>The network of <paramref name="address"/> as text; empty where there is none (a Unix socket).</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IPv6Loopback.Equals(address))
        {
            return address.ToString();
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
