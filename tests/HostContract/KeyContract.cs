using Lorica.Contracts.Faults;
using Lorica.Model;

namespace Lorica.HostContract;

/// <summary>The host itself: what it says of itself, its keys, its encryption mode, its signs of life.</summary>
/// <typeparam name="THost">The host.</typeparam>
public abstract class KeyContract<THost> : ContractTests<THost>
    where THost : ContractHost, new()
{
    [Fact]
    public async Task A_host_describes_itself()
    {
        var host = await Host.Admin.DescribeAsync(default);
        Assert.Equal((Subject.Id, HostCryptoMode.Incapable, null), (host.HostId, host.CryptoMode, host.HostKey));
        Assert.Equal(["ds1", "ds2"], host.Datastores.Select(d => d.Name).Order(StringComparer.Ordinal));
        Assert.All(host.Datastores, d => Assert.True(d is { Problem: "", Free: > 0 } && d.Capacity >= d.Free));
        Assert.Empty(host.Keys);
        Assert.NotEmpty(host.BootId);
        Assert.Equal((Subject.Id, true), (host.Presentation?.HostId, host.Presentation?.HostSpki.Length > 0));
    }

    [Fact]
    public async Task Keys_come_and_go_and_their_sequence_goes_on()
    {
        var first = await Subject.HeldAsync("k1");
        var second = await Subject.HeldAsync("k2");
        var host = await Host.Admin.DescribeAsync(default);
        Assert.Equal(
            [(first.ToName(), first.Kcv), (second.ToName(), second.Kcv)],
            host.Keys.Select(k => (k.Key, k.Kcv)).OrderBy(k => k.Key.KeyId, StringComparer.Ordinal));
        Assert.Equal(3UL, host.Presentation!.FirstSequence);

        Assert.Empty(await Host.Keys.RemoveAsync([first, Subject.Make("never")], default));
        host = await Host.Admin.DescribeAsync(default);
        Assert.Equal(second.ToName(), Assert.Single(host.Keys).Key);
        Assert.Equal(3UL, host.Presentation!.FirstSequence);
    }

    [Fact]
    public async Task Encryption_mode_is_prepared_enabled_and_disabled()
    {
        var key = Subject.Make("hk");
        await RefusedAsync(
            FaultTypes.InvalidState, "lorica.cryptoMode", () => Host.Admin.EnableCryptoAsync(key, default));
        Assert.Equal(HostCryptoMode.Prepared, (await Host.Admin.PrepareCryptoAsync(default)).CryptoMode);
        await RefusedAsync(FaultTypes.InvalidState, "lorica.cryptoMode", () => Host.Admin.PrepareCryptoAsync(default));
        await RefusedAsync(
            FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", () => Host.Admin.EnableCryptoAsync(key, default));

        await Subject.DeliverAsync(key);
        var host = await Host.Admin.EnableCryptoAsync(key, default);
        Assert.Equal((HostCryptoMode.Safe, key.ToName()), (host.CryptoMode, host.HostKey));
        Assert.Equal(HostCryptoMode.PendingIncapable, (await Host.Admin.DisableCryptoAsync(default)).CryptoMode);
    }

    [Fact]
    public async Task A_watched_host_says_at_once_which_start_of_it_speaks()
    {
        var host = await Host.Admin.DescribeAsync(default);
        await foreach (var signal in Host.Admin.WatchAsync(default))
        {
            Assert.Equal((host.BootId, null), (signal.BootId, signal.Vm));
            break;
        }
    }
}
