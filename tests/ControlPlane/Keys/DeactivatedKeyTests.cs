using System.Net;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Keys;

/// <summary>A key that is not active on its KMS any more: what it wrapped is opened with it, nothing new is wrapped.</summary>
public sealed class DeactivatedKeyTests
{
    [Theory]
    [InlineData("Deactivated")]
    [InlineData("Compromised")]
    public async Task A_shallow_recrypt_takes_a_VM_away_from_it_after_a_restart_of_the_host_too(string state)
    {
        await using var center = await LockedAsync(state);
        string old = (await center.VmAsync("a")).Key!.Id;

        var task = await center.DoAsync("vms/a/recrypt", """{"mode":"shallow"}""");
        Assert.Equal(("succeeded", null), (task.State, task.Fault?.Message));
        Assert.NotEqual(old, (await center.VmAsync("a")).Key!.Id);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task A_deep_recrypt_decrypt_and_power_on_stay_refused_and_say_the_two_ways_out()
    {
        await using var center = await LockedAsync("Deactivated");
        foreach (var (path, body) in new[]
        {
            ("vms/a/recrypt", """{"mode":"deep"}"""), ("vms/a/power", """{"action":"on"}"""),
            ("vms/a/policy", $$"""{"policy":"{{TestCenter.DefaultPolicy}}"}"""), ("vms/a/unlock", ""),
        })
        {
            var refused = await center.RefusedAsync(path, body, HttpStatusCode.Conflict);
            Assert.Equal(("msg.vigor.enc.keyNotFound", KeyReasons.NotActiveOnKms), (refused.Code, refused.Keys!.Single().Reason));
            Assert.Contains("lorica vm recrypt a --shallow", refused.Hint, StringComparison.Ordinal);
            Assert.Contains("lorica vm unlock a --deactivated", refused.Hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_unlock_that_says_so_lets_the_VM_start_with_an_event_and_an_alarm()
    {
        await using var center = await LockedAsync("Deactivated");
        string key = (await center.VmAsync("a")).Key!.Id;

        Assert.Equal("succeeded", (await center.DoAsync("vms/a/unlock?deactivated=true", "")).State);
        Assert.Equal("unlocked", (await center.VmAsync("a")).CryptoState);
        Assert.Contains(
            await center.EventsAsync(EventIds.CryptoOperation),
            e => e.Message.Contains("vm.unlock of a", StringComparison.Ordinal)
                && e.Message.Contains(key, StringComparison.Ordinal));
        var alarms = await center.GetAsync("alarms", RestJson.Default.ListModelAlarmModel);
        var alarm = Assert.Single(alarms.Items, a => a.Alarm == AlarmIds.KeyEnds);
        Assert.Contains("is Deactivated on its KMS", alarm.Message, StringComparison.Ordinal);
        Assert.Contains("lorica vm recrypt", alarm.Message, StringComparison.Ordinal);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task A_host_that_is_started_again_locks_the_VM_again_and_the_unlock_has_to_be_said_again()
    {
        await using var center = await LockedAsync("Deactivated");
        await center.DoAsync("vms/a/unlock?deactivated=true", "");
        center.Host.Restart();
        await Wait.UntilAsync(async () => (await center.VmAsync("a")).CryptoState == "locked", "the VM locks again");
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/unlock?deactivated=true", "")).State);
    }

    [Fact]
    public async Task An_unlock_takes_no_key_that_was_never_active_or_is_another_one()
    {
        await using var center = await LockedAsync("PreActive");
        var refused = await center.RefusedAsync("vms/a/unlock?deactivated=true", "", HttpStatusCode.Conflict);
        Assert.Equal(KeyReasons.NotActiveOnKms, refused.Keys!.Single().Reason);
        Assert.Contains("Activate the key on the KMS", refused.Hint, StringComparison.Ordinal);

        center.Broker.Keys[(await center.VmAsync("a")).Key!.Id] = "1111111111111111";
        refused = await center.RefusedAsync("vms/a/unlock?deactivated=true", "", HttpStatusCode.Conflict);
        Assert.Equal(KeyReasons.WrongKey, refused.Keys!.Single().Reason);
    }

    [Theory]
    [InlineData("Deactivated", "")]
    [InlineData("Active", "Its Protect Stop Date was 2026-01-01 00:00 UTC.")]
    public async Task Nothing_new_is_wrapped_with_it_although_its_host_holds_it(string state, string noProtect)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("plain");
        string key = (await center.VmAsync("a")).Key!.Id;
        center.Broker.States[key] = state;
        center.Broker.NoProtect[key] = noProtect;
        int records = (await center.RecordsAsync()).Count;

        foreach (var (path, body) in new[]
        {
            ("vms/a/disks", """{"capacity":1048576}"""),
            ("vms/a/clone", """{"name":"b"}"""),
            ("vms/a/recrypt", $$"""{"mode":"shallow","keys":[{"keyId":"{{key}}"}]}"""),
        })
        {
            var refused = await center.RefusedAsync(path, body, HttpStatusCode.Conflict);
            Assert.Equal(("lorica.keyNotUsable", KeyReasons.NotActiveOnKms), (refused.Code, refused.Keys!.Single().Reason));
        }

        // It is another VM's before it is anything else.
        var others = await center.RefusedAsync(
            "vms/plain/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"keyId":"{{key}}"}]}""",
            HttpStatusCode.Conflict);
        Assert.Equal("lorica.keyInUse", others.Code);
        Assert.Equal(records, (await center.RecordsAsync()).Count);
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/recrypt", """{"mode":"shallow"}""")).State);
    }

    [Fact]
    public async Task While_its_KMS_cannot_be_asked_what_was_found_last_counts()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Broker.KmsDown = true;
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/disks", """{"capacity":1048576}""")).State);

        center.Broker.KmsDown = false;
        center.Broker.States[(await center.VmAsync("a")).Key!.Id] = "Deactivated";
        await center.PostAsync("keys/check", "");
        center.Broker.KmsDown = true;
        var refused = await center.RefusedAsync("vms/a/disks", """{"capacity":1048576}""", HttpStatusCode.Conflict);
        Assert.Equal("lorica.keyNotUsable", refused.Code);
    }

    private static async Task<TestCenter> LockedAsync(string state)
    {
        var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Broker.States[(await center.VmAsync("a")).Key!.Id] = state;
        center.Host.Restart();
        await Wait.UntilAsync(async () => (await center.VmAsync("a")).CryptoState == "locked", "the VM locks");
        return center;
    }
}
