namespace Lorica.Center.Rest;

/// <summary>Where the caller is.</summary>
internal static class ClientAddress
{
    /// <summary>Of IPv6 the network, since one machine has as many addresses in it as it likes.</summary>
    public static string Of(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } address)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        return bytes.Length == 16 ? Convert.ToHexStringLower(bytes.AsSpan(0, 8)) : address.ToString();
    }
}
