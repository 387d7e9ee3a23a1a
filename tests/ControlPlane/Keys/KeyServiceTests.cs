using System.Net;
using System.Net.Http.Json;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Keys;

public sealed class KeyServiceTests
{
    [Fact]
    public async Task The_index_says_which_home_and_disk_use_a_key()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var key = Assert.Single((await center.GetAsync("keys", RestJson.Default.ListModelKeyInfoModel)).Items);

        Assert.Equal((await center.VmAsync("a")).Key!.Id, key.Id);
        Assert.Equal([("vm", "a", "h1"), ("disk", "a", "h1")], key.Users.Select(u => (u.Kind, u.Name, u.Host)));
    }

    [Fact]
    public async Task A_key_is_generated_ahead_listed_and_forgotten_while_the_KMS_keeps_it()
    {
        await using var center = await TestCenter.StartAsync();
        var reply = await center.PostAsync("keys", """{"label":"for the archive"}""");
        Assert.Equal(HttpStatusCode.Created, reply.StatusCode);
        var made = (await reply.Content.ReadFromJsonAsync(RestJson.Default.KeyInfoModel))!;

        Assert.Equal(("kms1", "usable", true, "for the archive", "administrator"),
            (made.Provider, made.State, made.Generated, made.Label, made.CreatedBy));
        Assert.Equal(center.Broker.Keys[made.Id], made.Kcv);
        Assert.Contains(
            await center.EventsAsync(EventIds.CryptoOperation), e =>
                e.Message.Contains($"kms1/{made.Id}", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NoContent, (await center.Http.DeleteAsync($"/api/v1/keys/kms1/{made.Id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await center.Http.GetAsync($"/api/v1/keys/kms1/{made.Id}")).StatusCode);
        Assert.True(center.Broker.Keys.ContainsKey(made.Id));
    }

    [Fact]
    public async Task A_key_in_use_is_ResourceInUse_and_names_its_users()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        string key = (await center.VmAsync("a")).Key!.Id;

        var refused = await center.Http.DeleteAsync($"/api/v1/keys/kms1/{key}");
        var problem = (await refused.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!;
        Assert.Equal("lorica.keyInUse", problem.Code);
        Assert.Contains("used by a", problem.Detail, StringComparison.Ordinal);
        Assert.Single(center.Host.Keys);
    }

    [Fact]
    public async Task A_key_removed_by_force_is_marked_at_a_running_VM_and_dropped_at_power_off()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var vm = await center.VmAsync("a");
        await center.PowerAsync("a", "on");

        Assert.Equal(
            HttpStatusCode.NoContent, (await center.Http.DeleteAsync($"/api/v1/keys/kms1/{vm.Key!.Id}?force=true")).StatusCode);
        Assert.Single(center.Host.Keys);
        Assert.Equal("unlocked", (await center.VmAsync("a")).CryptoState);
        Assert.Equal("removed", (await center.GetAsync($"keys/kms1/{vm.Key.Id}", RestJson.Default.KeyInfoModel)).State);

        await center.PowerAsync("a", "off");
        center.Host.Tell(new VmChanged { VmId = vm.Id, PowerState = VmPowerState.Off, What = VmChangeKind.PoweredOff });

        await Wait.UntilAsync(() => center.Host.Keys.IsEmpty, "the host drops the key");
        center.Host.Tell(new VmChanged { VmId = vm.Id, PowerState = VmPowerState.Off, What = VmChangeKind.PoweredOff });
        var refused = await center.RefusedAsync("vms/a/power", """{"action":"on"}""");
        Assert.Equal(
            ("msg.vigor.enc.keyNotFound",
                $"Somebody removed that key by force. Take that back: lorica key restore kms1/{vm.Key.Id}"),
            (refused.Code, refused.Hint));
        await Wait.UntilAsync(async () => (await center.VmAsync("a")).CryptoState == "locked", "the VM locks");
        Assert.True(center.Broker.Keys.ContainsKey(vm.Key.Id));
    }

    [Fact]
    public async Task The_last_copy_of_a_key_stays_on_its_host_with_an_alarm()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        string old = (await center.VmAsync("a")).Key!.Id;
        center.Broker.Keys.TryRemove(old, out string? kcv);

        // A shallow recrypt takes the VM to a new key; the host keeps the old one, which nobody else has.
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/recrypt", """{"mode":"shallow"}""")).State);

        await Wait.UntilAsync(
            () => center.Store.ReadAsync(db => db.Raw.Alarms.AnyAsync(a => a.Alarm == AlarmIds.LastCopy && a.ClearedAt == null)),
            "the alarm");
        Assert.Contains($"kms1/{old}", center.Host.Keys.Keys);
        Assert.Equal(2, center.Host.Keys.Count);
        var alarm = await center.Store.ReadAsync(
            db => db.Raw.Alarms.SingleAsync(a => a.Alarm == AlarmIds.LastCopy && a.ClearedAt == null));
        Assert.Contains($"Last copy of key kms1/{old} on host h1", alarm.Message, StringComparison.Ordinal);

        // Back on the KMS: the next look drops it.
        center.Broker.Keys[old] = kcv!;
        await center.GetAsync("providers/kms1/status", RestJson.Default.ProviderStatusModel);
        await Wait.UntilAsync(() => center.Host.Keys.Count == 1, "the host drops the old key");
        await Wait.UntilAsync(
            async () =>
                !await center.Store.ReadAsync(db => db.Raw.Alarms
                    .AnyAsync(a => a.Alarm == AlarmIds.LastCopy && a.ClearedAt == null)),
                "the alarm is over");
    }
}
