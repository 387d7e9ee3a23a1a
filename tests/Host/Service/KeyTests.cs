using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Trust;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Service;

public sealed class KeyTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_delivered_key_is_held_under_its_check_value()
    {
        var kek = TestKek.Make("k1");
        await _host.DeliverAsync(kek);
        var description = await _host.Client.DescribeAsync(new DescribeHostRequest());
        var held = Assert.Single(description.Keys);
        Assert.Equal((kek.Kcv, kek.Ref, false), (held.Kcv, held.Key, held.Pinned));
        Assert.Equal(2ul, description.Presentation.FirstSequence);
    }

    [Fact]
    public async Task A_presentation_is_signed_by_the_certificate_key()
    {
        var p = (await _host.Client.DescribeAsync(new DescribeHostRequest())).Presentation;
        using var key = System.Security.Cryptography.ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(p.HostSpki.Span, out _);
        Assert.True(key.VerifyData(Crypto.KeyDelivery.PresentationToSign(p.ReceiveKey.Span, p.BootNonce.Span), p.Signature.Span,
            System.Security.Cryptography.HashAlgorithmName.SHA256,
            System.Security.Cryptography.DSASignatureFormat.Rfc3279DerSequence));
        Assert.Equal(_host.HostNode.Certificate.PublicKey.ExportSubjectPublicKeyInfo(), p.HostSpki.ToByteArray());
    }

    [Fact]
    public async Task A_delivery_is_taken_once_and_only_in_order()
    {
        var presentation = (await _host.Client.DescribeAsync(new DescribeHostRequest())).Presentation;
        var sealedKeys = TestHost.Seal(
            presentation, Convert.FromHexString(_host.Config.CenterPin), TestKek.Make("a"), TestKek.Make("b")).ToArray();
        var second = await _host.Client.AddKeysAsync(new AddKeysRequest { Keys = { sealedKeys[1] } });
        Assert.Equal("lorica.keySequence", second.Keys[0].Fault.Key);
        var both = await _host.Client.AddKeysAsync(new AddKeysRequest { Keys = { sealedKeys } });
        Assert.All(both.Keys, k => Assert.Null(k.Fault));
        var replay = await _host.Client.AddKeysAsync(new AddKeysRequest { Keys = { sealedKeys[0] } });
        Assert.Equal("lorica.keySequence", replay.Keys[0].Fault.Key);
    }

    [Fact]
    public async Task A_delivery_for_another_start_of_the_host_does_not_open()
    {
        var presentation = (await _host.Client.DescribeAsync(new DescribeHostRequest())).Presentation;
        await _host.StopAsync();
        await _host.StartAsync();
        var old = TestHost.Seal(presentation, Convert.FromHexString(_host.Config.CenterPin), TestKek.Make("a"));
        var reply = await _host.Client.AddKeysAsync(new AddKeysRequest { Keys = { old } });
        Assert.Equal("lorica.deliveryRefused", reply.Keys[0].Fault.Key);
        Assert.Empty((await _host.Client.DescribeAsync(new DescribeHostRequest())).Keys);
        await _host.DeliverAsync(TestKek.Make("a"));
    }

    [Fact]
    public async Task Another_key_under_a_known_id_is_refused_and_the_held_one_stays()
    {
        var first = TestKek.Make("same");
        await _host.DeliverAsync(first);
        await _host.DeliverAsync(first);
        var reply = await _host.TryDeliverAsync(TestKek.Make("same"));
        Assert.Equal("lorica.keyConflict", reply.Keys[0].Fault.Key);
        var held = Assert.Single((await _host.Client.DescribeAsync(new DescribeHostRequest())).Keys);
        Assert.Equal(first.Kcv, held.Kcv);
    }

    [Fact]
    public async Task A_key_that_is_not_the_announced_one_is_refused()
    {
        var kek = TestKek.Make("k") with { Kcv = "0123456789abcdef" };
        var reply = await _host.TryDeliverAsync(kek);
        Assert.Equal("lorica.wrongKey", reply.Keys[0].Fault.Key);
        Assert.Empty((await _host.Client.DescribeAsync(new DescribeHostRequest())).Keys);
    }

    [Fact]
    public async Task A_removed_key_is_gone()
    {
        var kek = TestKek.Make("k");
        await _host.DeliverAsync(kek);
        var reply = await _host.Client.RemoveKeysAsync(new RemoveKeysRequest { Keys = { kek.Ref } });
        Assert.Equal(kek.Ref, Assert.Single(reply.Removed));
        Assert.Empty((await _host.Client.DescribeAsync(new DescribeHostRequest())).Keys);
    }

    [Theory]
    [InlineData("host", Roles.Host)]
    [InlineData("other-center", Roles.Center)]
    public async Task Only_the_pinned_center_is_served(string name, string role)
    {
        var (channel, client) = _host.Connect(_host.Pki.Issue(name, role));
        using (channel)
        {
            var e = await Assert.ThrowsAsync<RpcException>(async () => await client.DescribeAsync(new DescribeHostRequest()));
            Assert.NotEqual(StatusCode.OK, e.StatusCode);
        }
    }

    [Fact]
    public async Task A_watcher_gets_a_heartbeat_at_once()
    {
        using var watch = _host.Client.Watch(new WatchRequest());
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
        Assert.NotNull(watch.ResponseStream.Current.Heartbeat);
    }

    [Fact]
    public async Task An_unknown_vm_is_named()
    {
        var fault = await FaultAssert.RefusedAsync(FaultTypes.NotFound, "lorica.vmNotFound",
            _host.Client.DescribeVmAsync(new VmRequest { VmId = "nope" }));
        Assert.Equal("nope", fault.Object);
    }
}
