using Lorica.Platform.Trust;


namespace Lorica.Center.Rest;

/// <summary>Where the caller is: what sign-ins and requests are counted by.</summary>
internal static class ClientAddress
{
    /// <summary>An IPv4 address, or the /64 of an IPv6 address.</summary>
    public static string Of(HttpContext http) => PeerNetwork.Of(http.Connection.RemoteIpAddress);
}
