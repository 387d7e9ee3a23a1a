using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Lorica.Kmip.Client;
using Lorica.Kmip.Server;

namespace Lorica.Kmip;

/// <summary>
/// A KMIP 1.0 to 1.4 server over mutual TLS: framing, messages, operations, ownership and the state machine of keys. Where
/// objects are kept is up to the store, who is let in up to <see cref="KmipServerOptions.Authenticate"/>.
/// </summary>
/// <remarks>
/// A connection that is closed before its handshake ends (a health probe) leaves no trace. A client that is refused sees its
/// connection closed; the reason goes to the audit only.
/// </remarks>
public sealed class KmipServer : IAsyncDisposable
{
    private readonly KmipServerOptions _options;
    private readonly RequestProcessor _processor;
    private readonly ConnectionLimiter _limiter;
    private readonly HandshakeGate _handshakes;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<long, Task> _sessions = new();
    private Task _accepting = Task.CompletedTask;
    private long _next;

    /// <summary>Makes a server; <see cref="Start"/> lets it listen.</summary>
    public KmipServer(KmipServerOptions options, IKmipObjectStore store)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(store);
        _options = options;
        _processor = new(options, store);
        _listener = new(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _limiter = new(options.MaximumConnections, options.MaximumConnectionsPerClient);
        _handshakes = new(options);
    }

    /// <summary>Binds and begins to accept.</summary>
    /// <returns>Where it listens, with the real port.</returns>
    /// <exception cref="KmipException">Transport: the address cannot be used.</exception>
    public IPEndPoint Start()
    {
        try
        {
            if (_options.Listen.Address.Equals(IPAddress.IPv6Any))
            {
                _listener.DualMode = true;
            }

            _listener.Bind(_options.Listen);
            _listener.Listen(512);
        }
        catch (SocketException e)
        {
            throw new KmipException(KmipErrorKind.Transport, $"cannot listen on {_options.Listen}: {e.Message}", e);
        }

        _accepting = AcceptAsync();
        return new(_options.Listen.Address, ((IPEndPoint)_listener.LocalEndPoint!).Port);
    }

    /// <summary>Stops accepting, ends all connections and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_sessions.Values);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of descriptors, or the peer was gone already: others must still be served.
                _options.Fault(e, "accept");
                await Task.Delay(TimeSpan.FromMilliseconds(100), _options.TimeProvider);
                continue;
            }

            HandshakeGate.Handshake handshake;
            try
            {
                handshake = _handshakes.Enter(((IPEndPoint)socket.RemoteEndPoint!).Address, socket.Dispose);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It was gone before anybody looked.
                socket.Dispose();
                continue;
            }

            long number = _next++;
            var session = Task.Run(() => SessionAsync(socket, handshake));
            _sessions.TryAdd(number, session);
            _ = session.ContinueWith(_ => _sessions.TryRemove(number, out var _), TaskScheduler.Default);
        }
    }

    private async Task SessionAsync(Socket socket, HandshakeGate.Handshake handshake)
    {
        string remote = "?";
        try
        {
            remote = Address(socket);
            socket.NoDelay = true;
            await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            var client = await HandshakeAsync(tls, remote, handshake);
            _handshakes.Leave(handshake);
            if (client is null)
            {
                return;
            }

            if (_limiter.TryEnter(client.Owner) is { } full)
            {
                Refused(remote, client, full);
                return;
            }

            try
            {
                await new ServerSession(tls, _options, _processor, client, remote).RunAsync(_stop.Token);
            }
            finally
            {
                _limiter.Leave(client.Owner);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client left, stalled, or we stop: nothing that anybody must act on.
        }
        catch (Exception e)
        {
            _options.Fault(e, remote);
        }
        finally
        {
            _handshakes.Leave(handshake);
            socket.Dispose();
        }
    }

    /// <summary>The identity of the client, or null when it is refused or gone.</summary>
    private async Task<KmipClientIdentity?> HandshakeAsync(SslStream tls, string remote, HandshakeGate.Handshake handshake)
    {
        KmipClientVerdict? verdict = null;
        using var deadline = new Deadline(_options.HandshakeTimeout, _options.TimeProvider, _stop.Token);
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = _options.Certificate(),
                    ClientCertificateRequired = true,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    CipherSuitesPolicy = TlsSuites.Policy(_options.Suites),
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    CertificateChainPolicy = new X509ChainPolicy
                    {
                        TrustMode = X509ChainTrustMode.CustomRootTrust,
                        RevocationMode = X509RevocationMode.NoCheck,
                        DisableCertificateDownloads = true,
                    },
                    RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
                        (verdict = Judge(certificate, chain)).Identity is not null,
                },
                deadline.Token);
            return verdict?.Identity;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException)
        {
            if (verdict is { Refusal: { } refusal })
            {
                Refused(remote, null, refusal);
            }
            else if (e is AuthenticationException)
            {
                Refused(remote, null, $"TLS: {TlsWords.Of(e)}");
            }
            else if (e is OperationCanceledException && !_stop.IsCancellationRequested)
            {
                _handshakes.Closed(handshake);
            }

            return null;
        }
    }

    private KmipClientVerdict Judge(X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is null)
        {
            return new(null, "the client showed no certificate");
        }

        try
        {
            using var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            return _options.Authenticate(leaf, chain?.ChainPolicy.ExtraStore ?? []);
        }
        catch (Exception e)
        {
            _options.Fault(e, "authenticate");
            return new(null, "the certificate could not be judged");
        }
    }

    private void Refused(string remote, KmipClientIdentity? client, string why)
    {
        try
        {
            _options.Audit(new(
                _options.TimeProvider.GetUtcNow(), client, remote, "Connect", "", KmipResultReason.AuthenticationNotSuccessful,
                PrintableText.Escape(why)));
        }
        catch (Exception e)
        {
            _options.Fault(e, "audit");
        }
    }

    private static string Address(Socket socket)
    {
        var end = (IPEndPoint)socket.RemoteEndPoint!;
        var address = end.Address.IsIPv4MappedToIPv6 ? end.Address.MapToIPv4() : end.Address;
        return new IPEndPoint(address, end.Port).ToString();
    }
}
