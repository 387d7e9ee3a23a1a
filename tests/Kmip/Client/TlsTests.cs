using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Lorica.Kmip.Tests.Client;

/// <summary>Cipher suites, and the reason of a failed handshake in words on both sides.</summary>
public sealed class TlsTests(KmipPki pki) : IClassFixture<KmipPki>
{
    [Fact]
    public async Task A_key_manager_with_RSA_key_exchange_only_is_reached_with_the_compatible_suites_and_no_others()
    {
        await using var server = Server(KmipTlsSuites.KmipCompat);
        int port = server.Start().Port;

        // Our server takes such a client, and a client of that kind takes such a server.
        await RawAsync(port, TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256);
        using var old = new TcpListener(IPAddress.Loopback, 0);
        old.Start();
        var serving = ServeOldAsync(old);
        var modern = await Assert.ThrowsAsync<KmipException>(() => AskAsync(old, KmipTlsSuites.Modern));
        Assert.Contains("no cipher suite in common", modern.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SSL_ERROR_SSL", modern.Message, StringComparison.Ordinal);

        // It speaks no KMIP: that it was asked shows that the handshake went well.
        var compatible = await Assert.ThrowsAsync<KmipException>(() => AskAsync(old, KmipTlsSuites.KmipCompat));
        Assert.DoesNotContain("handshake", compatible.Message, StringComparison.Ordinal);
        old.Stop();
        Assert.Equal(TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA256, await serving);
    }

    [Fact]
    public async Task The_server_writes_into_its_audit_why_a_handshake_failed()
    {
        var audited = new TaskCompletionSource<KmipAuditEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = Server(KmipTlsSuites.Modern, e => audited.TrySetResult(e));
        int port = server.Start().Port;
        await Assert.ThrowsAnyAsync<Exception>(() => RawAsync(port, TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256));
        var written = await audited.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("no cipher suite in common", written.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_certificate_that_is_refused_is_said_in_the_words_of_the_alert()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = RefuseAsync(listener);
        var e = await Assert.ThrowsAsync<KmipException>(() => AskAsync(listener, KmipTlsSuites.Modern));
        Assert.Contains("alert: unknown CA", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SSL_ERROR_SSL", e.Message, StringComparison.Ordinal);
        listener.Stop();
        await serving;
    }

    [Fact]
    public async Task A_port_that_speaks_no_TLS_is_said_to()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
            await DrainAsync(client);
        });
        var e = await Assert.ThrowsAsync<KmipException>(() => AskAsync(listener, KmipTlsSuites.Modern));
        Assert.Contains("does not speak TLS", e.Message, StringComparison.Ordinal);
        listener.Stop();
        await serving;
    }

    private KmipServer Server(KmipTlsSuites suites, Action<KmipAuditEvent>? audit = null)
    {
        var context = SslStreamCertificateContext.Create(pki.ServerCertificate, [pki.Root], offline: true);
        return new(
            new()
            {
                Listen = new(IPAddress.Loopback, 0), Certificate = () => context, Suites = suites, Audit = audit ?? (_ => { }),
                Authenticate = (certificate, _) => new(new("a", certificate.Subject), null),
            },
            new KmipMemoryStore());
    }

    private async Task AskAsync(TcpListener server, KmipTlsSuites suites)
    {
        await using var client = KmipClient.Create(new()
        {
            Host = "localhost", Port = ((IPEndPoint)server.LocalEndpoint).Port, ClientCertificate = pki.ClientA,
            ServerTrust = new() { Roots = [pki.Root] }, Suites = suites,
        });
        await client.QueryAsync(default);
    }

    private async Task RawAsync(int port, TlsCipherSuite suite)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(Of(suite));
        Assert.Equal(suite, tls.NegotiatedCipherSuite);
    }

#pragma warning disable CA1416 // Linux only, as all of Lorica
    private SslClientAuthenticationOptions Of(TlsCipherSuite suite) => new()
    {
        TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls12, CipherSuitesPolicy = new([suite]),
        ClientCertificates = [pki.ClientA],
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { pki.Root },
            RevocationMode = X509RevocationMode.NoCheck,
        },
    };

    private async Task<TlsCipherSuite> ServeOldAsync(TcpListener listener)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync();
            await using var tls = new SslStream(client.GetStream());
            try
            {
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificate = pki.ServerCertificate, EnabledSslProtocols = SslProtocols.Tls12,
                    CipherSuitesPolicy = new([TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA256]),
                });
                return tls.NegotiatedCipherSuite;
            }
            catch (AuthenticationException)
            {
            }
        }
    }
#pragma warning restore CA1416

    /// <summary>Answers the first message of a handshake with a fatal alert, unknown CA (RFC 8446, 6).</summary>
    private static async Task RefuseAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await client.GetStream().ReadExactlyAsync(new byte[5]);
        await client.GetStream().WriteAsync(new byte[] { 21, 3, 3, 0, 2, 2, 48 });
        await DrainAsync(client);
    }

    private static async Task DrainAsync(TcpClient client)
    {
        while (await client.GetStream().ReadAsync(new byte[4096]) > 0)
        {
        }
    }
}
