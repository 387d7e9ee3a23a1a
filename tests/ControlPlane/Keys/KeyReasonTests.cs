using System.Net;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Keys;

/// <summary>The reasons of a locked VM, each by its name; and that it unlocks when the reason is gone.</summary>
public sealed class KeyReasonTests
{
    [Fact]
    public Task Missing_on_host() => LocksAsync(
        KeyReasons.MissingOnHost, EventIds.LockedMissingOnHost,
        async (center, key) => Assert.Equal(
            HttpStatusCode.NoContent, (await center.Http.DeleteAsync($"/api/v1/keys/kms1/{key}?force=true")).StatusCode),
        async (center, key) => Assert.True(
            (await center.PostAsync("keys/restore", $$"""{"provider":"kms1","id":"{{key}}"}""")).IsSuccessStatusCode));

    [Fact]
    public async Task Missing_on_kms()
    {
        string? kcv = "";
        await LocksAsync(
            KeyReasons.MissingOnKms, EventIds.LockedMissingOnKms,
            (center, key) =>
            {
                center.Broker.Keys.TryRemove(key, out kcv!);
                return Task.CompletedTask;
            },
            (center, key) => RepairAsync(center, () => center.Broker.Keys[key] = kcv));
    }

    [Fact]
    public Task Not_active_on_kms() => LocksAsync(
        KeyReasons.NotActiveOnKms, EventIds.LockedMissingOnKms,
        (center, key) =>
        {
            center.Broker.States[key] = "Deactivated";
            return Task.CompletedTask;
        },
        (center, key) => RepairAsync(center, () => center.Broker.States.TryRemove(key, out _)));

    [Fact]
    public Task Provider_unreachable() => LocksAsync(
        KeyReasons.ProviderUnreachable, EventIds.LockedClusterError,
        (center, _) =>
        {
            center.Broker.KmsDown = true;
            return Task.CompletedTask;
        },
        (center, _) =>
        {
            // Nobody has to do anything: it is probed.
            center.Broker.KmsDown = false;
            return Task.CompletedTask;
        });

    [Fact]
    public Task ProviderUnknown_and_the_old_name_heals_but_another_does_not() => LocksAsync(
        KeyReasons.ProviderUnknown, EventIds.LockedClusterError,
        async (center, _) => await center.Http.DeleteAsync("/api/v1/providers/kms1?force=true"),
        async (center, _) =>
        {
            await center.AddProviderAsync("other");
            await center.GetAsync("providers/other/status", Contracts.Rest.RestJson.Default.ProviderStatusModel);
            Assert.Equal(KeyReasons.ProviderUnknown, (await center.VmAsync("a")).LockedKeys.Single().Reason);
            await center.AddProviderAsync();
        });

    [Fact]
    public Task No_permission() => LocksAsync(
        KeyReasons.NoPermission, EventIds.LockedClusterError,
        (center, _) =>
        {
            center.Broker.Refusing["kms1"] = true;
            return Task.CompletedTask;
        },
        (center, _) => RepairAsync(center, () => center.Broker.Refusing.Clear()));

    [Fact]
    public async Task WrongKey_is_alarmed_and_not_delivered()
    {
        string kcv = "";
        await LocksAsync(
            KeyReasons.WrongKey, EventIds.LockedMissingOnKms,
            (center, key) =>
            {
                (kcv, center.Broker.Keys[key]) = (center.Broker.Keys[key], "1111111111111111");
                return Task.CompletedTask;
            },
            async (center, key) =>
            {
                Assert.Empty(center.Host.Keys);
                await Wait.UntilAsync(async () => await RaisedAsync(center, AlarmIds.WrongKey) == 1, "alarm of the wrong key");
                await RepairAsync(center, () => center.Broker.Keys[key] = kcv);
                await Wait.UntilAsync(async () => await RaisedAsync(center, AlarmIds.WrongKey) == 0, "alarm cleared");
            });
    }

    [Theory]
    [InlineData(KeyReasons.NotAKey, EventIds.LockedMissingOnKms)]
    [InlineData(KeyReasons.RefusedByKms, EventIds.LockedClusterError)]
    public Task What_the_KMS_says_of_one_key_locks_its_VM_and_no_other_and_is_no_fault_of_the_provider(
        string reason, string eventId) =>
        LocksAsync(
            reason, eventId,
            async (center, key) =>
            {
                await center.CreateAsync("b", TestCenter.EncryptionPolicy);
                center.Broker.Odd[key] = reason;
            },
            async (center, _) =>
            {
                await Wait.UntilAsync(
                    async () => (await center.VmAsync("b")).CryptoState == "unlocked", "the other is not locked");
                Assert.Equal(0, await RaisedAsync(center, AlarmIds.ProviderConnection));
                await RepairAsync(center, center.Broker.Odd.Clear);
            });

    [Fact]
    public async Task Provider_removed_by_force_makes_its_VMs_invalid_at_the_next_power_on()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.Http.DeleteAsync("/api/v1/providers/kms1?force=true");
        Assert.Single(center.Host.Keys);

        var refused = await center.RefusedAsync("vms/a/power", """{"action":"on"}""", HttpStatusCode.Conflict);
        Assert.Equal("msg.vigor.enc.keyNotFound", refused.Code);
        Assert.Equal(KeyReasons.ProviderUnknown, Assert.Single(refused.Keys!).Reason);

        await center.AddProviderAsync();
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    private static async Task LocksAsync(
        string reason, string eventId, Func<TestCenter, string, Task> breakIt, Func<TestCenter, string, Task> repair)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        string key = (await center.VmAsync("a")).Key!.Id;
        await breakIt(center, key);
        center.Host.Restart();

        await Wait.UntilAsync(async () => (await center.VmAsync("a")).CryptoState == "locked", "the VM locks");
        Assert.Equal(reason, Assert.Single((await center.VmAsync("a")).LockedKeys).Reason);
        var refused = await center.RefusedAsync("vms/a/power", """{"action":"on"}""", HttpStatusCode.Conflict);
        Assert.Equal(("msg.vigor.enc.keyNotFound", reason), (refused.Code, Assert.Single(refused.Keys!).Reason));
        Assert.NotEmpty(await center.EventsAsync(eventId));
        Assert.Equal(1, await RaisedAsync(center, AlarmIds.VmLocked));

        await repair(center, key);

        await Wait.UntilAsync(async () => (await center.VmAsync("a")).CryptoState == "unlocked", "the VM unlocks");
        Assert.Equal(0, await RaisedAsync(center, AlarmIds.VmLocked));
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    /// <summary>Repairs the KMS; whoever looks at the provider's status makes the hosts look again.</summary>
    private static async Task RepairAsync(TestCenter center, Action repair)
    {
        repair();
        await center.GetAsync("providers/kms1/status", Contracts.Rest.RestJson.Default.ProviderStatusModel);
    }

    private static Task<int> RaisedAsync(TestCenter center, string alarm) =>
        center.Store.ReadAsync(db => db.Raw.Alarms.CountAsync(a => a.Alarm == alarm && a.ClearedAt == null));
}
