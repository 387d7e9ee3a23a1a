using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Lorica.Kmip.Server;
using Microsoft.Extensions.Time.Testing;

namespace Lorica.Kmip.Tests.Server;

/// <summary>Connections that do not finish their handshake, and clients that work meanwhile.</summary>
public sealed class HandshakeTests(KmipPki pki) : IClassFixture<KmipPki>
{
    [Fact]
    public async Task Three_hundred_silent_connections_keep_no_client_out_and_are_told_once()
    {
        var warnings = new ConcurrentQueue<string>();
        await using var server = new KmipServer(
            Options() with { Warning = warnings.Enqueue, HandshakeTimeout = TimeSpan.FromMinutes(5) }, new KmipMemoryStore());
        var end = server.Start();
        var silent = new List<TcpClient>();
        try
        {
            for (int i = 0; i < 300; i++)
            {
                var one = new TcpClient();
                await one.ConnectAsync(end);
                silent.Add(one);
                if (i % 30 == 0 || i == 299)
                {
                    await using var client = Client(end.Port);
                    await client.NegotiateAsync(default);
                    Assert.NotEmpty(await client.CreateSymmetricKeyAsync(null, default));
                }
            }

            Assert.Contains("this machine", Assert.Single(warnings), StringComparison.Ordinal);
        }
        finally
        {
            silent.ForEach(s => s.Dispose());
        }
    }

    [Fact]
    public async Task A_client_that_was_let_in_keeps_its_connection_whatever_else_connects()
    {
        await using var server = new KmipServer(
            Options() with { MaximumConnections = 2, HandshakeTimeout = TimeSpan.FromMinutes(5) }, new KmipMemoryStore());
        var end = server.Start();
        await using var client = Client(end.Port);
        await client.NegotiateAsync(default);
        var silent = new List<TcpClient>();
        try
        {
            for (int i = 0; i < 100; i++)
            {
                silent.Add(new TcpClient());
                await silent[^1].ConnectAsync(end);
            }

            Assert.NotEmpty(await client.CreateSymmetricKeyAsync(null, default));
        }
        finally
        {
            silent.ForEach(s => s.Dispose());
        }
    }

    [Fact]
    public void The_oldest_of_an_address_that_has_too_many_is_closed_and_no_other()
    {
        var gate = new HandshakeGate(Options() with { MaximumHandshakesPerAddress = 2, MaximumHandshakes = 4 });
        var closed = new List<string>();
        HandshakeGate.Handshake Enter(string address, string name) =>
            gate.Enter(IPAddress.Parse(address), () => closed.Add(name));
        Enter("192.0.2.1", "a1");
        Enter("192.0.2.2", "b1");
        var a2 = Enter("192.0.2.1", "a2");
        Enter("192.0.2.1", "a3");
        Assert.Equal(["a1"], closed);
        gate.Leave(a2);
        gate.Leave(a2);
        Enter("192.0.2.1", "a4");
        Enter("192.0.2.3", "c1");
        Assert.Equal(["a1"], closed);

        // Full: the address that has the most makes room.
        Enter("192.0.2.4", "d1");
        Assert.Equal(["a1", "a3"], closed);
    }

    [Fact]
    public void A_network_of_IPv6_counts_as_one_address()
    {
        Assert.Equal(
            HandshakeGate.KeyOf(IPAddress.Parse("2001:db8:1:2::1")),
            HandshakeGate.KeyOf(IPAddress.Parse("2001:db8:1:2:ffff::9")));
        Assert.NotEqual(
            HandshakeGate.KeyOf(IPAddress.Parse("2001:db8:1:2::1")), HandshakeGate.KeyOf(IPAddress.Parse("2001:db8:1:3::1")));
        Assert.Equal("192.0.2.1", HandshakeGate.KeyOf(IPAddress.Parse("::ffff:192.0.2.1")));
    }

    [Fact]
    public void What_is_closed_is_told_once_a_minute_with_the_address_of_most()
    {
        var time = new FakeTimeProvider();
        var warnings = new List<string>();
        var gate = new HandshakeGate(Options() with { TimeProvider = time, Warning = warnings.Add });
        var one = gate.Enter(IPAddress.Parse("192.0.2.1"), () => { });
        var two = gate.Enter(IPAddress.Parse("2001:db8::1"), () => { });
        gate.Closed(one);
        gate.Closed(two);
        gate.Closed(two);
        Assert.Single(warnings);
        time.Advance(TimeSpan.FromMinutes(1));
        gate.Closed(one);
        Assert.Contains("3 connections", warnings[1], StringComparison.Ordinal);
        Assert.Contains("2 of them from 2001:db8::/64", warnings[1], StringComparison.Ordinal);
    }

    private KmipServerOptions Options()
    {
        var context = SslStreamCertificateContext.Create(pki.ServerCertificate, [pki.Root], offline: true);
        return new()
        {
            Listen = new(IPAddress.Loopback, 0),
            Certificate = () => context,
            Authenticate = (certificate, _) => new(new("a", certificate.Subject), null),
        };
    }

    private KmipClient Client(int port) => KmipClient.Create(new()
    {
        Host = "localhost", Port = port, ClientCertificate = pki.ClientA, ServerTrust = new() { Roots = [pki.Root] },
    });
}
