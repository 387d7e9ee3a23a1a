using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Client;

/// <summary>One TLS connection: sends one message, reads one. After any failure it is of no more use.</summary>
internal sealed class KmipConnection : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly SslStream _tls;
    private readonly KmipClientOptions _options;
    private bool _answered;

    private KmipConnection(Socket socket, SslStream tls, KmipClientOptions options)
    {
        _socket = socket;
        _tls = tls;
        _options = options;
        LastUse = options.TimeProvider.GetTimestamp();
    }

    /// <summary>Time stamp of <see cref="TimeProvider"/> of the last whole exchange.</summary>
    public long LastUse { get; private set; }

    /// <summary>Connects and shakes hands within <see cref="KmipClientOptions.ConnectTimeout"/>.</summary>
    public static async Task<KmipConnection> OpenAsync(KmipClientOptions options, CancellationToken ct)
    {
        string server = options.ToString();
        var verifier = new ServerVerifier(options.ServerTrust);
        using var deadline = new Deadline(options.ConnectTimeout, options.TimeProvider, ct);
        var socket = await ConnectAsync(options.Host, options.Port, options.Proxy, deadline);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(Handshake(options, verifier), deadline.Token);
            return new(socket, tls, options);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException
            or InvalidOperationException)
        {
            await tls.DisposeAsync();
            deadline.ThrowIfCallerCancelled();
            throw e switch
            {
                OperationCanceledException => Failure.TimedOut(server, "the TLS handshake", deadline.Length, sent: false),
                _ when verifier.Refusal is { } refusal => Failure.Trust(server, refusal, e),
                _ => Failure.Handshake(server, e),
            };
        }
    }

    /// <summary>Opens the TCP connection, through <paramref name="proxy"/> where there is one.</summary>
    public static async Task<Socket> ConnectAsync(string host, int port, KmipProxy? proxy, Deadline deadline)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(proxy?.Host ?? host, proxy?.Port ?? port, deadline.Token);
            if (proxy is not null)
            {
                await ProxyTunnel.OpenAsync(socket, proxy, host, port, deadline);
            }

            return socket;
        }
        catch (KmipException)
        {
            socket.Dispose();
            throw;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            deadline.ThrowIfCallerCancelled();
            throw e is OperationCanceledException
                ? Failure.TimedOut($"{host}:{port}", "the connection", deadline.Length, sent: false)
                : Failure.Connect($"{host}:{port}", e);
        }
    }

    /// <summary>
    /// Sends <paramref name="request"/> in one write and reads one whole message into <paramref name="response"/>.
    /// </summary>
    /// <returns>Length of the response.</returns>
    public async Task<int> ExchangeAsync(ReadOnlyMemory<byte> request, PinnedBuffer response, CancellationToken ct)
    {
        string server = _options.ToString();
        using var deadline = new Deadline(_options.RequestTimeout, _options.TimeProvider, ct);
        bool begun = false;
        try
        {
            await _tls.WriteAsync(request, deadline.Token);
            await _tls.FlushAsync(deadline.Token);
            response.Ensure(TtlvLimits.HeaderBytes);
            for (int got = 0; got < TtlvLimits.HeaderBytes;)
            {
                int n = await _tls.ReadAsync(response.Memory[got..TtlvLimits.HeaderBytes], deadline.Token);
                if (n == 0)
                {
                    throw begun ? Failure.CutShort(server) : Failure.ClosedBeforeAnswer(server, _answered);
                }

                begun = true;
                got += n;
            }

            int length = TtlvLimits.HeaderBytes + BodyLength(response.Span, server);
            response.Ensure(length);
            await _tls.ReadExactlyAsync(response.Memory[TtlvLimits.HeaderBytes..length], deadline.Token);
            _answered = true;
            LastUse = _options.TimeProvider.GetTimestamp();
            return length;
        }
        catch (OperationCanceledException)
        {
            deadline.ThrowIfCallerCancelled();
            throw Failure.TimedOut(server, "an answer", deadline.Length, sent: true);
        }
        catch (EndOfStreamException)
        {
            throw Failure.CutShort(server);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            throw begun ? Failure.Broken(server, e)
                : _answered ? Failure.BrokenWhenKept(server, e)
                : Failure.BrokenBeforeAnswer(server, e);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _tls.DisposeAsync();
        _socket.Dispose();
    }

    private static int BodyLength(ReadOnlySpan<byte> header, string server)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        uint start = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (start != ((uint)Tags.ResponseMessage << 8 | (uint)TtlvType.Structure))
        {
            throw Failure.Malformed(server, "the peer does not answer with a KMIP message");
        }

        return length <= TtlvLimits.MessageBytes - TtlvLimits.HeaderBytes && length % 8 == 0
            ? (int)length
            : throw Failure.Malformed(server, $"the peer announces a message of {length} bytes");
    }

    private static SslClientAuthenticationOptions Handshake(KmipClientOptions options, ServerVerifier verifier) => new()
    {
        TargetHost = options.ServerTrust.ServerName ?? options.Host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CipherSuitesPolicy = TlsSuites.Policy(options.Suites),
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = verifier.ChainPolicy(),
        RemoteCertificateValidationCallback = verifier.Verify,
        ClientCertificateContext = options.ClientCertificate is { } own
            ? SslStreamCertificateContext.Create(own, additionalCertificates: null, offline: true)
            : null,
    };
}
