using System.Net;
using System.Net.Sockets;
using System.Text;
using Lorica.Kmip.Tests.Server;

namespace Lorica.Kmip.Tests.Client;

/// <summary>The way through an HTTP proxy.</summary>
public sealed class ProxyTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Keys_come_through_a_tunnel()
    {
        using var proxy = new Proxy("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n");
        await using var client = Through(proxy);
        string id = await client.CreateSymmetricKeyAsync($"lorica-{Guid.NewGuid()}", default);
        int length = 0;
        await client.GetKeyAsync(id, m => length = m.Length, default);
        Assert.Equal(32, length);
        Assert.StartsWith($"CONNECT localhost:{server.Port} HTTP/1.1\r\n", Assert.Single(proxy.Heads), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "it answered 407")]
    [InlineData("HTTP/1.1 200 ok\r\n", "it answered 0")]
    [InlineData("nonsense\r\n\r\n", "it answered 0")]
    public async Task A_proxy_that_opens_no_tunnel_is_a_failure_of_the_connection(string answer, string said)
    {
        using var proxy = new Proxy(answer);
        await using var client = Through(proxy);
        var failed = await Assert.ThrowsAsync<KmipException>(() => client.NegotiateAsync(default));
        Assert.True(failed is { Kind: KmipErrorKind.Transport, IsTransient: true, MayHaveBeenCarriedOut: false });
        Assert.Contains(said, failed.Message, StringComparison.Ordinal);
    }

    private KmipClient Through(Proxy proxy) => KmipClient.Create(new()
    {
        Host = "localhost",
        Port = server.Port,
        Proxy = new("127.0.0.1", proxy.Port),
        ClientCertificate = server.Pki.ClientA,
        ServerTrust = new() { Roots = [server.Pki.Root] },
    });

    /// <summary>Answers every CONNECT in one way; after a 200 it carries bytes both ways.</summary>
    private sealed class Proxy : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly string _answer;

        public Proxy(string answer)
        {
            _answer = answer;
            _listener.Start();
            _ = ServeAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public List<string> Heads { get; } = [];

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var near = await _listener.AcceptTcpClientAsync();
                    var stream = near.GetStream();
                    byte[] head = new byte[4096];
                    int length = await stream.ReadAsync(head);
                    Heads.Add(Encoding.ASCII.GetString(head, 0, length));
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(_answer));
                    if (!_answer.Contains(" 200 Connection", StringComparison.Ordinal))
                    {
                        continue;
                    }

                    using var far = new TcpClient();
                    await far.ConnectAsync(IPAddress.Loopback, int.Parse(Heads[^1].Split(' ')[1].Split(':')[1]));
                    await Task.WhenAny(stream.CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(stream));
                }
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException or IOException)
            {
                // The test is over.
            }
        }
    }
}
