using Lorica.Platform.Trust;

namespace Lorica.Center.Rest;

/// <summary>
/// Where the caller is, as the socket has it: what a client says of itself in a header is not looked at.
/// </summary>
internal static class ClientAddress
{
    /// <summary>The address itself, for audit events; empty where there is none (a Unix socket).</summary>
    public static string Exact(HttpContext http) => http.Connection.RemoteIpAddress switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        var address => address.ToString(),
    };

    /// <summary>
    /// An IPv4 address, or the /64 of an IPv6 address: what sign-ins and requests are counted by.
    /// </summary>
    public static string Of(HttpContext http) => PeerNetwork.Of(http.Connection.RemoteIpAddress);
}
