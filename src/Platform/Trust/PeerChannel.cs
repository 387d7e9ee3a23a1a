using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Lorica.Platform.Trust;

/// <summary>
/// The client side of a pinned mutual TLS connection, for <c>GrpcChannel</c>: give the handler to the channel and use
/// <see cref="Address"/> as its address (the real endpoint is in the connect callback).
/// </summary>
public static class PeerChannel
{
    /// <summary>Address of every channel; its host name is never looked up nor compared: the pin decides.</summary>
    public const string Address = "https://lorica.invalid";

    /// <summary>
    /// A handler that connects to <paramref name="endPoint"/> (TCP or Unix socket) as <paramref name="self"/> and accepts only
    /// <paramref name="peer"/>.
    /// </summary>
    public static SocketsHttpHandler Handler(NodeIdentity self, Peer peer, System.Net.EndPoint endPoint) => new()
    {
        UseProxy = false,
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(10),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        ConnectTimeout = TimeSpan.FromSeconds(5),
        SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificateContext = SslStreamCertificateContext.Create(self.Certificate, null, offline: true),
            RemoteCertificateValidationCallback = (_, certificate, _, _) => peer.Accepts(certificate as X509Certificate2),
        },
        ConnectCallback = async (_, cancellation) =>
        {
            bool unix = endPoint is UnixDomainSocketEndPoint;
            var socket = unix
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(endPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}
