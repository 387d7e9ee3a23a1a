using System.Net;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Hosts;

public sealed class LockingTests
{
    [Fact]
    public async Task A_restarted_host_gets_the_keys_of_its_VMs_anew()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("b", TestCenter.EncryptionPolicy);
        var keys = center.Host.Keys.Keys.Order().ToList();
        Assert.Equal(2, keys.Count);

        center.Host.Restart();

        await Wait.UntilAsync(() => center.Host.Keys.Count == 2, "the keys are back");
        Assert.Equal(keys, center.Host.Keys.Keys.Order());
        Assert.Equal("unlocked", (await center.VmAsync("a")).CryptoState);
    }

    [Fact]
    public async Task A_VM_locks_when_its_key_cannot_be_fetched_is_refused_with_the_reason_and_unlocks_by_itself()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Broker.KmsDown = true;
        center.Host.Restart();
        await Wait.UntilAsync(async () => (await center.VmAsync("a")).CryptoState == "locked", "the VM is locked");

        var vm = await center.VmAsync("a");
        Assert.Equal((vm.Key!.Provider, vm.Key.Id, KeyReasons.ProviderUnreachable),
            (vm.LockedKeys.Single().Provider, vm.LockedKeys.Single().KeyId, vm.LockedKeys.Single().Reason));
        var refused = await center.RefusedAsync("vms/a/power", """{"action":"on"}""", HttpStatusCode.Conflict);
        Assert.Equal("msg.vigor.enc.keyNotFound", refused.Code);
        Assert.Equal(KeyReasons.ProviderUnreachable, Assert.Single(refused.Keys!).Reason);
        Assert.Single(await center.EventsAsync(EventIds.LockedClusterError));

        center.Broker.KmsDown = false;
        await Wait.UntilAsync(async () => (await center.VmAsync("a")).CryptoState == "unlocked", "the VM is unlocked");
        Assert.Single(await center.EventsAsync(EventIds.Unlocked));
        Assert.Empty((await center.VmAsync("a")).LockedKeys);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task A_VM_is_unlocked_by_request_or_the_reason_is_said_for_each_key()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("plain");
        string key = (await center.VmAsync("a")).Key!.Id;
        center.Broker.Keys.TryRemove(key, out string? kcv);
        center.Host.Restart();
        await Wait.UntilAsync(async () => (await center.VmAsync("a")).CryptoState == "locked", "the VM is locked");

        var refused = await center.RefusedAsync("vms/a/unlock", "", HttpStatusCode.Conflict);
        Assert.Equal(("msg.vigor.enc.keyNotFound", KeyReasons.MissingOnKms), (refused.Code, Assert.Single(refused.Keys!).Reason));
        Assert.Equal("msg.hostd.configSpec.enc.notEncrypted", (await center.RefusedAsync("vms/plain/unlock", "")).Code);

        center.Broker.Keys[key] = kcv!;
        var task = await center.DoAsync("vms/a/unlock", "");
        Assert.Equal(("succeeded", "vm.unlock"), (task.State, task.Kind));
        Assert.Equal("unlocked", (await center.VmAsync("a")).CryptoState);
        Assert.Single(await center.EventsAsync(EventIds.Unlocked));
    }

    [Fact]
    public async Task Reasons_are_kept_apart_per_key()
    {
        await using var center = await TestCenter.StartAsync();
        foreach (string name in new[] { "gone", "wrong" })
        {
            await center.CreateAsync(name, TestCenter.EncryptionPolicy);
        }

        center.Broker.Keys.TryRemove((await center.VmAsync("gone")).Key!.Id, out _);
        center.Broker.Keys[(await center.VmAsync("wrong")).Key!.Id] = "1111111111111111";
        center.Host.Restart();

        await Wait.UntilAsync(async () => (await center.VmAsync("wrong")).CryptoState == "locked", "locked");
        Assert.Equal(KeyReasons.MissingOnKms, (await center.VmAsync("gone")).LockedKeys.Single().Reason);
        Assert.Equal(KeyReasons.WrongKey, (await center.VmAsync("wrong")).LockedKeys.Single().Reason);
        Assert.Empty(center.Host.Keys);
    }

    [Fact]
    public async Task A_provider_in_use_is_not_removed_unless_forced_and_the_same_name_again_heals()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        Assert.Equal(HttpStatusCode.Conflict, (await center.Http.DeleteAsync("/api/v1/providers/kms1")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await center.Http.DeleteAsync("/api/v1/providers/kms1?force=true")).StatusCode);
        center.Host.Restart();
        await Wait.UntilAsync(
            async () => (await center.VmAsync("a")).LockedKeys is [{ Reason: KeyReasons.ProviderUnknown }, ..], "locked");

        await center.AddProviderAsync();

        await Wait.UntilAsync(async () => (await center.VmAsync("a")).CryptoState == "unlocked", "unlocked");
    }

    [Fact]
    public async Task A_file_that_is_weaker_than_its_record_is_suspect_and_no_key_moves()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var vm = center.Host.Vms.Values.Single();
        (vm.Disks[0].Encrypted, vm.Disks[0].Key) = (false, null);

        center.Host.Restart();

        await Wait.UntilAsync(async () => (await center.EventsAsync(EventIds.Suspect)).Count == 1, "it is noticed");
        Assert.Empty(center.Host.Keys);
        var model = await center.VmAsync("a");
        Assert.Equal("lorica.weakerThanRecorded", model.Suspect!.Key);
        Assert.Equal("nonCompliant", model.Compliance);
        var refused = await center.RefusedAsync("vms/a/power", """{"action":"on"}""");
        Assert.Equal("lorica.weakerThanRecorded", refused.Code);
        refused = await center.RefusedAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.DefaultPolicy}}"}""");
        Assert.Equal("lorica.weakerThanRecorded", refused.Code);
        Assert.All(await center.RecordsAsync(), r => Assert.True(r.InUse));
    }

    [Fact]
    public async Task A_host_that_names_foreign_keys_gets_none()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        string other = "key-foreign";
        center.Broker.Keys[other] = "2222222222222222";
        var vm = center.Host.Vms.Values.Single();
        vm.Disks[0].Key = new Contracts.KeyRef { Provider = "kms1", KeyId = other };

        center.Host.Restart();

        await Wait.UntilAsync(async () => (await center.EventsAsync(EventIds.Suspect)).Count == 1, "it is noticed");
        Assert.DoesNotContain("kms1/" + other, center.Host.Delivered);
        Assert.Equal("lorica.keyDiffers", (await center.VmAsync("a")).Suspect!.Key);
    }
}
