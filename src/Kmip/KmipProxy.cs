namespace Lorica.Kmip;

/// <summary>
/// An HTTP proxy that opens tunnels (CONNECT). It sees addresses and ciphertext: TLS goes through it, not to it.
/// </summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
public sealed record KmipProxy(string Host, int Port)
{
    /// <inheritdoc />
    public override string ToString() => $"{Host}:{Port}";
}
