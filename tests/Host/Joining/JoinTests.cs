using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Join;
using Lorica.Contracts.Trust;
using Lorica.Host.Joining;
using Lorica.Host.Tests.Support;
using Lorica.Platform.Trust;

namespace Lorica.Host.Tests.Joining;

public sealed class JoinTests
{
    [Fact]
    public async Task With_the_token_a_host_joins_and_serves_the_center_that_it_joined()
    {
        using var folder = new TestFolder();
        await using var template = new TestHost(folder);
        var config = Unjoined(template);
        string id;
        await using (var server = await JoinServer.StartAsync(config, folder.Root, again: false, TimeProvider.System))
        {
            using var center = new TestJoiner(template.Center, server.Address);
            await center.HelloAsync();
            var proved = await center.ProveAsync(server.Token);
            Assert.True(center.IsHosts(proved, server.Token), "the host knows the token too");
            id = proved.HostId;
            var install = new InstallRequest
            {
                CertificatePem = Certificate(template, proved, Roles.Host), CaPem = Pem(template, "ca.crt"),
            };
            await center.Client.InstallAsync(install);
            await center.Client.InstallAsync(install);
            Assert.True(await server.WaitAsync(TimeProvider.System));
        }

        var joined = JoinedIdentity.Complete(config, folder.Root);
        Assert.Equal((id, Peer.PinOf(template.Center.Certificate)), (joined.Id, joined.CenterPin));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(joined.Key));
        await using var host = await HostServer.StartAsync(joined, folder.Root, TimeProvider.System);
        using var own = X509CertificateLoader.LoadCertificateFromFile(joined.Certificate);
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(PeerChannel.Address, new Grpc.Net.Client.GrpcChannelOptions
        {
            HttpHandler = PeerChannel.Handler(
                template.Center, new Peer(template.Center.Ca, Roles.Host, Peer.PinOf(own)), host.Address),
            DisposeHttpClient = true,
        });
        Assert.Equal(id, (await new HostControl.HostControlClient(channel).DescribeAsync(new DescribeHostRequest())).HostId);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => JoinServer.StartAsync(config, folder.Root, again: false, TimeProvider.System));
    }

    [Fact]
    public async Task A_wrong_token_is_refused_five_times_and_then_the_right_one_too()
    {
        using var folder = new TestFolder();
        await using var template = new TestHost(folder);
        await using var server = await JoinServer.StartAsync(Unjoined(template), folder.Root, again: false, TimeProvider.System);
        using var center = new TestJoiner(template.Center, server.Address);
        for (int tries = 0; tries < JoinSession.MaximumTries; tries++)
        {
            await center.HelloAsync();
            Assert.Equal("lorica.joinToken", await RefusedAsync(() => center.ProveAsync(JoinToken.New())));
        }

        Assert.Equal("lorica.joinTries", await RefusedAsync(center.HelloAsync));
        Assert.Equal("lorica.joinTries", await RefusedAsync(() => center.ProveAsync(server.Token)));
        Assert.False(JoinedIdentity.Exists(folder.Path("state")));
    }

    [Fact]
    public async Task Proofs_made_for_another_key_of_the_host_are_refused()
    {
        using var folder = new TestFolder();
        await using var template = new TestHost(folder);
        await using var server = await JoinServer.StartAsync(Unjoined(template), folder.Root, again: false, TimeProvider.System);
        using var between = new TestJoiner(template.Pki.Issue("between", Roles.Center), server.Address);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await between.HelloAsync();
        Assert.Equal(
            "lorica.joinToken", await RefusedAsync(() => between.ProveAsync(server.Token, other.ExportSubjectPublicKeyInfo())));
    }

    [Fact]
    public async Task What_one_peer_proved_another_cannot_use_and_no_certificate_of_a_host_acts_as_center()
    {
        using var folder = new TestFolder();
        await using var template = new TestHost(folder);
        await using var server = await JoinServer.StartAsync(Unjoined(template), folder.Root, again: false, TimeProvider.System);
        using var center = new TestJoiner(template.Center, server.Address);
        await center.HelloAsync();
        var proved = await center.ProveAsync(server.Token);
        var install = new InstallRequest
        {
            CertificatePem = Certificate(template, proved, Roles.Host), CaPem = Pem(template, "ca.crt"),
        };

        using var second = new TestJoiner(template.Pki.Issue("second", Roles.Center), server.Address);
        await second.HelloAsync();
        Assert.Equal("lorica.joinOrder", await RefusedAsync(async () => await second.Client.InstallAsync(install)));
        using var host = new TestJoiner(template.HostNode, server.Address);
        await Assert.ThrowsAsync<RpcException>(host.HelloAsync);

        install.CertificatePem = Certificate(template, proved, Roles.Center);
        Assert.Equal("lorica.invalidArgument", await RefusedAsync(async () => await center.Client.InstallAsync(install)));
        Assert.False(JoinedIdentity.Exists(folder.Path("state")));
    }

    [Fact]
    public void Wrong_proofs_from_elsewhere_take_no_try_and_no_nonce_from_the_center_that_knows_the_token()
    {
        using var folder = new TestFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (token, nonce) = (JoinToken.New(), new byte[JoinProof.Size]);
        var session = new JoinSession(token, key, "host1", folder.Root, TimeProvider.System);
        byte[] hello = session.Hello("192.0.2.1", [1], nonce);
        for (int network = 0; network < JoinSession.MaximumNetworks / 2; network++)
        {
            for (int tries = 0; tries <= JoinSession.MaximumTries; tries++)
            {
                string from = $"2001:db8:0:{network:x}::/64";
                string fault = Assert.Throws<FaultException>(() =>
                {
                    session.Hello(from, [2], nonce);
                    session.Prove(from, [2], new byte[JoinProof.Size]);
                }).Fault.Key;
                Assert.Equal(tries < JoinSession.MaximumTries ? "lorica.joinToken" : "lorica.joinTries", fault);
            }
        }

        byte[] spki = key.ExportSubjectPublicKeyInfo();
        var (proof, _) = session.Prove("192.0.2.1", [1], JoinProof.Of(token, Roles.Center, nonce, hello, [1], spki));
        Assert.Equal(JoinProof.Of(token, Roles.Host, nonce, hello, [1], spki), proof);
    }

    [Fact]
    public void An_expired_token_is_refused()
    {
        using var folder = new TestFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var time = new LaterTime();
        var session = new JoinSession(JoinToken.New(), key, "host1", folder.Root, time);
        session.Hello("192.0.2.1", [1], new byte[JoinProof.Size]);
        time.Seconds = (long)JoinSession.Life.TotalSeconds + 1;
        Assert.Equal("lorica.joinExpired",
            Assert.Throws<FaultException>(() => session.Prove("192.0.2.1", [1], new byte[JoinProof.Size])).Fault.Key);
    }

    [Fact]
    public void A_token_is_read_as_people_type_it()
    {
        var token = JoinToken.New();
        string text = token.Reveal();
        Assert.Equal(text, JoinToken.Parse(text.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal))!.Reveal());
        Assert.Equal(text, JoinToken.Parse(text.Replace('0', 'O').Replace('1', 'l'))!.Reveal());
        Assert.Null(JoinToken.Parse(text[..^1]));
        Assert.Null(JoinToken.Parse("Z" + text[1..]));
        Assert.Equal("[redacted]", token.ToString());
    }

    private sealed class LaterTime : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    private static HostConfig Unjoined(TestHost template) =>
        template.Config with { Id = "", Certificate = "", Key = "", Ca = "", CenterPin = "" };

    private static string Certificate(TestHost template, ProveReply proved, string role) =>
        template.Pki.Sign(proved.Request.ToByteArray(), role);

    private static string Pem(TestHost template, string file) => File.ReadAllText(template.Pki.Path(file));

    private static async Task<string> RefusedAsync(Func<Task> call) =>
        FaultCodec.FromRpc(await Assert.ThrowsAsync<RpcException>(call), "host").Key;
}
