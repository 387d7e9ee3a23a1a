using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Keys;

/// <summary>Rows of the tables of operations, locked states and faults, one test each.</summary>
public sealed class LockedAndSuspectTests
{
    [Fact]
    public async Task VM_key_missing()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("b", TestCenter.EncryptionPolicy);
        string key = (await center.VmAsync("a")).Key!.Id;
        center.Broker.Keys.TryRemove(key, out string? kcv);
        center.Host.Restart();
        await Wait.UntilAsync(async () => (await center.VmAsync("a")).CryptoState == "locked", "a is locked");
        Assert.Single(await center.EventsAsync(EventIds.LockedMissingOnKms));
        Assert.Equal(1, await AlarmsAsync(center, AlarmIds.VmLocked));

        foreach (var (path, body) in new[]
        {
            ("power", """{"action":"on"}"""), ("recrypt", """{"mode":"shallow"}"""), ("rename", """{"name":"c"}"""),
            ("policy", $$"""{"policy":"{{TestCenter.DefaultPolicy}}"}"""), ("clone", """{"name":"c"}"""),
            ("disks", """{"capacity":1048576}"""),
        })
        {
            var refused = await center.RefusedAsync("vms/a/" + path, body);
            Assert.Equal((FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", "a"),
                (refused.Title, refused.Code, refused.Object));
            Assert.Equal(
                ("kms1", key, "missingOnKms"), (refused.Keys![0].Provider, refused.Keys[0].KeyId, refused.Keys[0].Reason));
        }

        // The other VM is as it was; this one is unlocked by itself when the key is back, and could leave meanwhile.
        Assert.Equal("succeeded", (await center.PowerAsync("b", "on")).State);
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/unregister", "")).State);
        Assert.Equal(0, await AlarmsAsync(center, AlarmIds.VmLocked));
        center.Broker.Keys[key] = kcv!;
        Assert.Equal("succeeded", (await center.DoAsync("vms/register", """{"path":"[ds1] a/a.vmx"}""")).State);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public Task VMX_edited() => SuspectAsync("lorica.sealBroken", "a.vmx was edited.");

    [Fact]
    public Task Bundle_edited() => SuspectAsync("lorica.bundleEdited", "The bundle of a.vmx was edited.");

    [Fact]
    public Task Bundle_of_another_VM() => SuspectAsync("lorica.foreignBundle", "The bundle of a.vmx is of another VM.");

    [Fact]
    public async Task Deep_recrypt_offline()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.DoAsync("vms/a/disks", """{"capacity":1048576,"newKeyFrom":"default"}""");
        await center.PowerAsync("a", "on");
        Assert.Equal(FaultTypes.InvalidPowerState, (await center.RefusedAsync("vms/a/recrypt", """{"mode":"deep"}""")).Title);
        await center.PowerAsync("a", "off");
        var before = await center.VmAsync("a");
        var generations = (await center.RecordsAsync()).Where(r => r.InUse).ToDictionary(r => r.ObjectId, r => r.Generation);

        Assert.Equal("succeeded", (await center.DoAsync("vms/a/recrypt", """{"mode":"deep"}""")).State);

        var after = await center.VmAsync("a");
        Assert.Equal(("unlocked", null), (after.CryptoState, after.Suspect));
        string[] old = [before.Key!.Id, .. before.Disks.Select(d => d.Key!.Id)];
        Assert.All(after.Disks.Select(d => d.Key!.Id).Append(after.Key!.Id), k => Assert.DoesNotContain(k, old));
        Assert.All((await center.RecordsAsync()).Where(r => r.InUse), r => Assert.True(r.Generation > generations[r.ObjectId]));
        await Wait.UntilAsync(
            () => Task.FromResult(!old.Any(k => center.Host.Keys.ContainsKey("kms1/" + k))), "the old keys leave the host");
        Assert.All(old, k => Assert.Contains(k, center.Broker.Keys.Keys));
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task Power_on_while_encrypting()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        center.Host.HoldJobs = new TaskCompletionSource();
        var encryption = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""");
        var refused = await center.RefusedAsync("vms/a/power", """{"action":"on"}""");
        Assert.Equal((FaultTypes.ResourceInUse, "lorica.taskUnderWay"), (refused.Title, refused.Code));
        Assert.Contains(encryption.Id, refused.Detail, StringComparison.Ordinal);
        Assert.Equal("poweredOff", (await center.VmAsync("a")).PowerState);
        center.Host.HoldJobs.SetResult();
        Assert.Equal("succeeded", (await center.EndAsync(encryption.Id)).State);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    /// <summary>
    /// What the host finds wrong with a VM's files is told once, no key moves, nothing starts, and it ends with the right file.
    /// </summary>
    private static async Task SuspectAsync(string reason, string message)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var vm = center.Host.Vms.Values.Single();
        vm.Suspect = FaultCodec.ToMessage(new Fault(
            FaultTypes.GenericVmConfigFault, reason, vm.Path, message, "Put the right file back."));
        center.Host.Delivered.Clear();
        center.Host.Restart();

        await Wait.UntilAsync(async () => (await center.EventsAsync(EventIds.Suspect)).Count == 1, "it is noticed");
        Assert.Equal(1, await AlarmsAsync(center, AlarmIds.VmSuspect));
        Assert.Equal(reason, (await center.VmAsync("a")).Suspect!.Key);
        foreach (var (path, body) in new[]
        {
            ("power", """{"action":"on"}"""), ("recrypt", """{"mode":"shallow"}"""), ("recrypt", """{"mode":"deep"}"""),
            ("rename", """{"name":"b"}"""),
            ("policy", $$"""{"policy":"{{TestCenter.DefaultPolicy}}"}"""), ("clone", """{"name":"b"}"""),
            ("disks", """{"capacity":1048576}"""), ("disks/virtio0:0/detach", ""),
        })
        {
            var refused = await center.RefusedAsync("vms/a/" + path, body);
            Assert.Equal((FaultTypes.GenericVmConfigFault, reason, message), (refused.Title, refused.Code, refused.Detail));
        }

        Assert.Empty(center.Host.Keys);
        Assert.Empty(center.Host.Delivered);
        Assert.All(await center.RecordsAsync(), r => Assert.True(r.InUse));

        // It can leave the inventory as it is, but comes back only with the right file; nothing is left of its alarm.
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/unregister", "")).State);
        Assert.Equal(0, await AlarmsAsync(center, AlarmIds.VmSuspect));
        Assert.Equal(reason, (await center.RefusedAsync("vms/register", """{"path":"[ds1] a/a.vmx"}""")).Code);
        vm.Suspect = null;
        Assert.Equal("succeeded", (await center.DoAsync("vms/register", """{"path":"[ds1] a/a.vmx"}""")).State);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
        await Wait.UntilAsync(async () => await AlarmsAsync(center, AlarmIds.VmSuspect) == 0, "the alarm is cleared");
    }

    private static Task<int> AlarmsAsync(TestCenter center, string alarm) =>
        center.Store.ReadAsync(db => db.Raw.Alarms.CountAsync(a => a.Alarm == alarm && a.ClearedAt == null));
}
