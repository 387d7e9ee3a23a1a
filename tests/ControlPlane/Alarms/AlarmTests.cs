using System.Net;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Tests.Alarms;

public sealed class AlarmTests
{
    [Fact]
    public async Task A_locked_VM_raises_an_alarm_that_is_seen_and_that_clears_when_it_unlocks()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Broker.KmsDown = true;
        center.Host.Restart();
        await Wait.UntilAsync(async () => (await RaisedAsync(center)).Count > 0, "the alarm is raised");

        var alarm = Assert.Single(await RaisedAsync(center));
        Assert.Equal((AlarmIds.VmLocked, "vm", "a", "critical"), (alarm.Alarm, alarm.ObjectKind, alarm.Object, alarm.Severity));
        Assert.Equal((await center.VmAsync("a")).Id, alarm.ObjectId);
        Assert.True((await center.PostAsync($"alarms/{alarm.Number}/acknowledge", "")).IsSuccessStatusCode);
        Assert.Equal("administrator", Assert.Single(await RaisedAsync(center)).AcknowledgedBy);
        var task = Assert.Single(
            (await center.GetAsync("tasks?kind=alarm.acknowledge", RestJson.Default.ListModelTaskModel)).Items);
        Assert.Equal(("succeeded", "administrator", "a"), (task.State, task.User, task.Target));

        center.Broker.KmsDown = false;
        await Wait.UntilAsync(async () => (await RaisedAsync(center)).Count == 0, "the alarm is cleared");
        Assert.NotNull(
            Assert.Single(
                (await center.GetAsync("alarms?history=true&object=a", RestJson.Default.ListModelAlarmModel)).Items).ClearedAt);
        Assert.Single(await center.EventsAsync(EventIds.AlarmRaised), e => e.Object == "a");
        Assert.Single(await center.EventsAsync(EventIds.AlarmAcknowledged));
        Assert.Single(await center.EventsAsync(EventIds.AlarmCleared), e => e.Object == "a");
        Assert.Equal("lorica.alarmCleared",
            (await center.RefusedAsync($"alarms/{alarm.Number}/acknowledge", "", HttpStatusCode.Conflict)).Code);
        Assert.Equal(
            "lorica.alarmNotFound", (await center.RefusedAsync("alarms/999/acknowledge", "", HttpStatusCode.NotFound)).Code);
    }

    [Fact]
    public async Task A_suspect_VM_raises_an_alarm_that_a_restarted_center_clears_when_the_files_are_right_again()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        string id = (await center.VmAsync("a")).Id;
        var right = center.Host.Vms[id].Clone();
        center.Host.Vms[id].Key.KeyId = "another";
        center.Host.Restart();
        await Wait.UntilAsync(
            async () => (await RaisedAsync(center)).Any(a => a.Alarm == AlarmIds.VmSuspect), "the alarm is raised");

        await center.RestartAsync(() =>
        {
            center.Host.Vms[id] = right;
            return Task.CompletedTask;
        });

        await Wait.UntilAsync(async () => (await RaisedAsync(center)).Count == 0, "the alarm is cleared");
        Assert.Single(await center.EventsAsync(EventIds.Suspect));
    }

    [Fact]
    public async Task An_alarm_is_one_as_long_as_it_lasts_and_comes_back_unseen_when_it_grows_graver()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var board = center.Services.GetRequiredService<AlarmStore>();
        var about = ObjectRef.Provider("kms9");
        Assert.True(await board.RaiseAsync(AlarmIds.CertificateExpiry, about, AlarmSeverity.Warning, "60 days", default));
        Assert.False(await board.RaiseAsync(AlarmIds.CertificateExpiry, about, AlarmSeverity.Warning, "59 days", default));
        var alarm = Assert.Single(await RaisedAsync(center, "kms9"));
        Assert.Equal("59 days", alarm.Message);
        await center.PostAsync($"alarms/{alarm.Number}/acknowledge", "");

        Assert.False(await board.RaiseAsync(AlarmIds.CertificateExpiry, about, AlarmSeverity.Critical, "7 days", default));

        alarm = Assert.Single(await RaisedAsync(center, "kms9"));
        Assert.Equal(("critical", null), (alarm.Severity, alarm.AcknowledgedBy));
        Assert.Equal(2, (await center.EventsAsync(EventIds.AlarmRaised)).Count);
        Assert.True(await board.ClearAsync(AlarmIds.CertificateExpiry, about.Id, default));
        Assert.False(await board.ClearAsync(AlarmIds.CertificateExpiry, about.Id, default));
        Assert.True(await board.RaiseAsync(AlarmIds.CertificateExpiry, about, AlarmSeverity.Warning, "again", default));
        Assert.NotEqual(alarm.Number, Assert.Single(await RaisedAsync(center, "kms9")).Number);
    }

    private static async Task<IReadOnlyList<AlarmModel>> RaisedAsync(TestCenter center, string about = "a") =>
        (await center.GetAsync("alarms?object=" + about, RestJson.Default.ListModelAlarmModel)).Items;
}
