using Lorica.Contracts.Host;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Keys;

public sealed class CryptoModeTests
{
    [Fact]
    public async Task A_host_is_prepared_made_safe_and_after_a_restart_safe_again_with_the_same_key()
    {
        using var folder = new TestFolder();
        await using var host = await TestHost.StartAsync(folder);
        var kek = TestKek.Make("host-key");
        Assert.Equal(HostCryptoMode.Incapable, await ModeAsync(host));
        await FaultAssert.RefusedAsync("InvalidState", "lorica.cryptoMode", () => EnableAsync(host, kek));
        await host.Client.PrepareCryptoAsync(new PrepareCryptoRequest());
        await FaultAssert.RefusedAsync(
            "InvalidState", "lorica.cryptoMode", async () => await host.Client.PrepareCryptoAsync(new PrepareCryptoRequest()));
        await FaultAssert.RefusedAsync("GenericVmConfigFault", "msg.vigor.enc.keyNotFound", () => EnableAsync(host, kek));
        await host.DeliverAsync(kek);
        await EnableAsync(host, kek);
        Assert.Equal(HostCryptoMode.Safe, await ModeAsync(host));

        // The host key stays whoever asks for its removal.
        var removal = new RemoveKeysRequest();
        removal.Keys.Add(kek.Ref);
        Assert.Equal(kek.Ref, Assert.Single((await host.Client.RemoveKeysAsync(removal)).Pinned));

        await host.StopAsync();
        await host.StartAsync();
        var described = await host.Client.DescribeAsync(new DescribeHostRequest());
        Assert.Equal((HostCryptoMode.Prepared, kek.Ref), (described.CryptoMode, described.HostKey));
        await host.DeliverAsync(kek);
        Assert.Equal(HostCryptoMode.Safe, await ModeAsync(host));
    }

    [Fact]
    public async Task Disabling_is_pending_until_the_host_is_started_again()
    {
        using var folder = new TestFolder();
        await using var host = await TestHost.StartAsync(folder);
        var kek = TestKek.Make("host-key");
        await host.Client.PrepareCryptoAsync(new PrepareCryptoRequest());
        await host.DeliverAsync(kek);
        await EnableAsync(host, kek);
        await host.Client.DisableCryptoAsync(new DisableCryptoRequest());
        Assert.Equal(HostCryptoMode.PendingIncapable, await ModeAsync(host));
        await host.StopAsync();
        await host.StartAsync();
        Assert.Equal(HostCryptoMode.Incapable, await ModeAsync(host));
    }

    private static async Task<HostCryptoMode> ModeAsync(TestHost host) =>
        (await host.Client.DescribeAsync(new DescribeHostRequest())).CryptoMode;

    private static async Task EnableAsync(TestHost host, TestKek kek) =>
        await host.Client.EnableCryptoAsync(new EnableCryptoRequest { Key = kek.Ref, Kcv = kek.Kcv });
}
